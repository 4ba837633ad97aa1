"""What many pictures cost: python -m benchmarks.data [--sizes 25000 100000] [--json]

For each size, with drawn pictures in a home of their own in a temporary folder:

    cataloguing   seconds, and by how much the memory of the process grows
    decoding      reading all of them once as 160 × 160, with the cataloguing before it; pictures a second
    first grid    milliseconds until the server has sent the whole Browse page with another sample, in a new window
    filters       the same for another class, split and size in an open window; and for all pictures by brightness
    server        the own memory of the dashboard's process after all that; files that it has mapped don't count

Then how many pictures are decoded a second, beside Pillow in one thread and image_dataset_from_directory
(python -m benchmarks.decoding), of the drawn pictures, and of the photos where they are there.

At most --distinct pictures are drawn (2,000: a drawing takes some milliseconds). A larger set consists of hard links to
them under other names: the fingerprint reads every one, each is decoded and stored, but the disk is read for the
distinct ones only, which are in the system's memory then. 100,000 pictures need 8 GB of disk.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import anonymous_memory, markdown_table, peak_memory, watch_own_memory
from benchmarks.processes import run_process
from benchmarks.sessions import Session, start_server
from catdog.datasets import photos_root
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.settings import Settings

REPEAT = 9
SPLITS = {"train": 0.7, "validation": 0.3}
FILTERS = (
    {"class": "dogs"},
    {"class": "cats", "split": "test"},
    {"split": "training"},
    {"size": "small"},
    {"class": "dogs", "split": "validation", "size": "small"},
)
ORDERS = ({"order": "brightest"}, {"order": "darkest"}, {"order": "name"})


def main() -> None:
    """Measure and print a table, or JSON with --json; each row is told on standard error as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[25_000, 100_000])
    parser.add_argument("--distinct", type=int, default=2000, help="how many pictures are drawn; even")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn"
        generate_dataset(drawn, training=options.distinct, validation=2)
        for one in measure(Path(folder), drawn / "train", options.sizes):
            rows.append(one)
            print(json.dumps(one), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(folder: Path, drawn: Path, sizes: list[int]) -> Iterator[dict]:
    """Yield the rows for sets of these sizes, made in `folder` of the class folders in `drawn`, then the rates."""
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=folder) as home:
            pictures = Path(home) / "pictures"
            link_images(drawn, pictures, size)
            settings = Settings(home=Path(home), photos_url="file:///nowhere", folders=(pictures,))
            yield from _of_data(settings, pictures, size)
            yield from _of_page(settings, pictures, size)
    photos = photos_root(Settings.from_environment())
    for what, place in (("drawn pictures", drawn), ("photos", photos and photos / "train")):
        if place:
            found = json.loads(_printed(Settings(home=folder), ["benchmarks.decoding", str(place)]))
            for way, rate in found.items():
                yield make_row(f"{what}, {way}", rate, "pictures/s")
            yield make_row(f"{what}, catdog : pil", round(found["catdog"] / found["pil"], 2), "times", target=">= 1.8")


def make_row(what: str, value: float, unit: str, pictures: int | None = None, target: str = "") -> dict:
    """Return one measurement: of how many pictures, what it is, its value, the unit, and what is to be reached."""
    return {"pictures": pictures, "what": what, "value": value, "unit": unit, "target": target}


def table(rows: list[dict]) -> str:
    """Return the measurements as a Markdown table."""
    return markdown_table(
        ["pictures", "what", "measure", "target"],
        [
            [
                f"{one['pictures']:,}" if one["pictures"] else "",
                one["what"],
                f"{one['value']:,} {one['unit']}",
                f"{one['target']} {one['unit']}" if one["target"] else "",
            ]
            for one in rows
        ],
    )


def link_images(drawn: Path, root: Path, size: int) -> None:
    """Make a set of about `size` pictures in `root`, train/ and validation/, of hard links to those in `drawn`."""
    for split, share in SPLITS.items():
        for source in sorted(drawn.iterdir()):
            folder = root / split / source.name
            folder.mkdir(parents=True)
            files = sorted(source.iterdir())
            for number in range(round(share * size / 2)):
                os.link(files[number % len(files)], folder / f"{source.name}.{number}.jpg")


def _of_data(settings: Settings, pictures: Path, size: int) -> Iterator[dict]:
    """Yield the rows of cataloguing and decoding."""
    found = json.loads(_printed(settings, ["benchmarks.cataloguing", str(pictures)]))
    yield make_row("cataloguing", round(found["seconds"], 2), "s", size)
    yield make_row("memory for cataloguing", round(found["memory"] / 1e6), "MB", size)
    seen = [0]
    command = [sys.executable, "-m", "catdog", "data", "--source", str(pictures), "--decode"]
    ended = run_process(settings, command, lambda pid: seen.append(peak_memory(pid)))
    if ended.status:
        raise SystemExit(f"python -m {' '.join(command[2:])} failed")
    yield make_row("cataloguing and decoding", round(size / ended.seconds), "pictures/s", size)
    yield make_row("memory for cataloguing and decoding", round(max(seen) / 1e6), "MB", size)


def _of_page(settings: Settings, pictures: Path, size: int) -> Iterator[dict]:
    """Yield the rows of the Browse page."""
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory:
        address = {"data": str(pictures)}
        with Session(port) as window:
            yield make_row("first opening after the server's start", round(window.open("browse", **address), 2), "s", size)
            # waits until the facts of all pictures are gathered
            seconds = window.open("browse", order="largest", **address)
            yield make_row("first order by size", round(seconds, 2), "s", size)

            filters = [FILTERS[one % len(FILTERS)] | {"sample": one} for one in range(REPEAT)]
            orders = [ORDERS[one % len(ORDERS)] | {"page": 2 + one} for one in range(REPEAT)]
            for what, asked in (("another filter", filters), ("all pictures in another order", orders)):
                taken = [_opened(window, address | one) for one in asked]
                yield make_row(what, _milliseconds(taken), "ms", size, "< 200")
        for what, grid in (("first grid", {}), ("first grid of 8 × 12", {"rows": 8, "columns": 12})):
            taken = []
            for sample in range(1, 1 + REPEAT):
                with Session(port) as another:
                    taken.append(_opened(another, address | grid | {"sample": sample}))
            yield make_row(what, _milliseconds(taken), "ms", size, "< 200")
        yield make_row("server's memory", round(anonymous_memory(pid) / 1e6), "MB", size, "< 350")
        yield make_row("server's memory at its peak", round(most_memory() / 1e6), "MB", size)


def _opened(window: Session, address: dict) -> float:
    """Return the seconds that the Browse page takes to come; SystemExit where it has no grid."""
    seconds = window.open("browse", **address)
    if window.pictures < 7:  # the six mean pictures, and one of the grid at least
        raise SystemExit(f"The page has no pictures for {address}.")
    return seconds


def _milliseconds(seconds: list[float]) -> float:
    return round(1000 * statistics.median(seconds), 1)


def _printed(settings: Settings, module: list[str]) -> str:
    ended = run_process(settings, [sys.executable, "-m", *module])
    if ended.status:
        raise SystemExit(f"python -m {' '.join(module)} failed")
    return ended.printed


if __name__ == "__main__":
    main()
