"""The large version on Augment while a slider is dragged, in Chromium: python -m benchmarks.drag [--json].

A server is started with the drawn images, or with the photos of --home. In a window of 1400 × 900 pixels the mouse
takes each slider in turn and moves it to and fro, every 8 ms for two seconds. Told is for each slider

    moves             mouse moves a second that the browser was given
    screen            frames a second of the browser itself, drawn on or not, without a mouse that moves
    different frames  frames a second in which the large version showed something else than before
    longest           milliseconds between two of these, at most

A frame is what stands on the canvas as the browser draws its next frame, and a sum over its pixels tells whether it is
another one. Needs Chromium and the packages of requirements-dev.txt.
"""

import argparse
import asyncio
import json
import math
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import markdown_table
from benchmarks.sessions import start_server
from catdog.datasets import open_dataset
from catdog.settings import Settings

CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SLIDERS = ("turn", "zoom", "shift", "contrast", "light")  # keys, as in the address
EVERY = 0.008  # seconds between two moves of the mouse
SWING = 1.0  # seconds to the end of a slider and back
TARGET = 30  # different frames a second
READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
CANVAS = ".st-key-augment-live canvas"
#: Counts the browser's frames and those that are drawn anew, until `window.counting` is taken away.
COUNT = """canvas => {
    const counting = window.counting = { frames: [], different: [] };
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let drawn = false, last = 0;
    context.putImageData = function (...data) {
        drawn = true;
        CanvasRenderingContext2D.prototype.putImageData.apply(this, data);
    };
    const look = (now) => {
        if (window.counting !== counting) return;
        counting.frames.push(now);
        if (drawn) {
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            let sum = 0;
            for (let at = 0; at < data.length; at += 4) sum = (31 * sum + data[at]) | 0;
            if (sum !== last) counting.different.push(now);
            [last, drawn] = [sum, false];
        }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
TAKE = "() => { const counting = window.counting; delete window.counting; return counting; }"


def main() -> None:
    """Measure and print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home with photos; without it, the drawn images are used")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each slider is dragged (default 2)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.seconds <= 0:
        parser.error("--seconds must be more than 0")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=options.home or Path(folder) / "home", photos_url="file:///nowhere")
        if options.home is None:
            open_dataset(settings, "drawn")
        with start_server(settings) as (_, port):
            rows = asyncio.run(measure(f"http://127.0.0.1:{port}/augment", options.seconds))
    print(json.dumps(rows, indent=2) if options.json else table(rows))


async def measure(address: str, seconds: float) -> list[dict]:
    """Drag each slider of the page at this address for so many seconds; return a row for each."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        window = await browser.new_page(viewport={"width": 1400, "height": 900})
        await window.goto(address)
        await window.locator(READY).wait_for()
        await window.locator(".st-key-augment-strongest img").wait_for()
        await asyncio.sleep(2)
        await window.locator(CANVAS).evaluate(COUNT)
        await asyncio.sleep(seconds)
        screen = rate((await window.evaluate(TAKE))["frames"])
        rows = [{"slider": slider, "screen": screen, **await _drag(window, slider, seconds)} for slider in SLIDERS]
        await browser.close()
    return rows


async def _drag(window, slider: str, seconds: float) -> dict:
    """Move a slider to and fro; return how often the mouse moved and the large version changed."""
    await window.locator(f".st-key-{slider}").scroll_into_view_if_needed()
    track = await window.locator(f".st-key-{slider} [data-testid=stSlider]").bounding_box()
    thumb = await window.locator(f".st-key-{slider} [data-testid=stSliderThumbValue]").locator("..").bounding_box()
    height = thumb["y"] + thumb["height"] / 2
    await window.mouse.move(thumb["x"] + thumb["width"] / 2, height)
    await window.mouse.down()
    await window.mouse.move(thumb["x"] + thumb["width"] / 2 + 20, height, steps=5)
    await window.locator(CANVAS).wait_for()
    await window.locator(CANVAS).evaluate(COUNT)
    begin, moves = time.perf_counter(), []
    while (passed := time.perf_counter() - begin) < seconds:
        share = 0.5 - 0.45 * math.cos(2 * math.pi * passed / SWING)
        # the next move does not wait until the browser has dealt with this one, no more than a hand does
        moves.append(asyncio.create_task(window.mouse.move(track["x"] + track["width"] * share, height)))
        await asyncio.sleep(max(0.0, len(moves) * EVERY - (time.perf_counter() - begin)))
    different = (await window.evaluate(TAKE))["different"]
    await asyncio.gather(*moves)
    await window.mouse.up()
    await window.locator(CANVAS).wait_for(state="hidden")
    await window.locator(READY).wait_for()
    gaps = [later - earlier for earlier, later in pairwise(different)]
    return {"moves": len(moves) / passed, "different": rate(different), "longest": max(gaps, default=math.inf)}


def rate(times: list[float]) -> float:
    """Return how many of these moments there are a second; they are in milliseconds, in order."""
    return 1000 * (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0


def table(rows: list[dict]) -> str:
    """Return the rows as a Markdown table, and how the slowest slider compares with the target."""
    header = ["slider", "moves a second", "screen, frames a second", "different frames a second", "longest, ms"]
    cells = [
        [row["slider"], *(f"{row[name]:.0f}" for name in ("moves", "screen", "different", "longest"))] for row in rows
    ]
    slowest = min(row["different"] for row in rows)
    return f"{markdown_table(header, cells)}\n\nThe slowest has {slowest:.0f} a second; the target is {TARGET} or more."


if __name__ == "__main__":
    main()
