"""A class at one server while a model trains: python -m benchmarks.load [--people 10 25 50] [--json]

For each number of people: how fast the training goes alone (--rest seconds), then --seconds of people who browse, roll
augmentations, watch curves, compare, and drop photos on the Predict page, each in a session of their own, over the same
requests and messages as Streamlit's own page sends; between two clicks they think for about --pause seconds. Told are
how long a click takes until all of the page and its pictures have come, what went wrong, the server's memory, and how
much longer an epoch takes. All of it happens on this machine, the people too, who need some of its processors
themselves. The models asked are untrained unless --home names a home with finished runs, and the pictures drawn ones;
--pictures gives a folder of JPEG files to drop.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from benchmarks.classroom import LIVE_UPDATE, SHOWN_ERRORS, TRAIN, Action, run_class
from benchmarks.measure import anonymous_memory, markdown_table, watch_own_memory
from benchmarks.predict import list_images, make_runs
from benchmarks.sessions import Session, start_server
from benchmarks.uploads import expect_predictions
from catdog.comparison import select_latest_finished
from catdog.images.decode import load_image, resize
from catdog.runs import Run, delete_run, launch, list_runs, open_run, stop_run
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig
from catdog.training.config import MAX_EPOCHS

PHOTOS = 100
CLASS, P95, SLOWED = 50, 1.0, 0.25  # so many people should stay below so many seconds, and lengthen epochs by less
PERCENTILES = (50, 95, 99)


def main() -> None:
    """Measure and print tables, or JSON with --json; each part is told on standard error as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[10, 25, 50])
    parser.add_argument("--seconds", type=float, default=180.0, help="how long they stay (default 180)")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds they think between clicks (default 5)")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds of training alone before (default 60)")
    parser.add_argument("--model", default="model1", help="the model that trains (default model1)")
    parser.add_argument("--home", type=Path, help="ask the newest finished run of each model in this home")
    parser.add_argument("--pictures", type=Path, help="a folder of JPEG files to drop")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if min(*options.people, options.seconds, options.pause, options.rest) <= 0:
        parser.error("--people, --seconds, --pause and --rest must be more than 0")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=options.home or Path(folder) / "home", photos_url="file:///nowhere")
        runs = select_latest_finished(list_runs(settings)) if options.home else make_runs(settings)
        files = list_images(settings, options.pictures, PHOTOS)
        source = runs[0].config.source if runs else "drawn"
        training = launch(settings, TrainConfig(options.model, source, epochs=MAX_EPOCHS), "trains meanwhile")
        try:
            found = measure(settings, training, runs, files, options)
        finally:
            _end(settings, training)
    print(json.dumps(found, indent=2) if options.json else f"{table(found)}\n\n{kinds_table(found[-1])}")


def measure(
    settings: Settings, training: Run, runs: Sequence[Run], files: Sequence[Path], options: argparse.Namespace
) -> list[dict]:
    """Return a row for each number of people."""
    photos = [path.read_bytes() for path in files]
    expected = expect_predictions(runs, [resize(load_image(path)) for path in files])
    rows = []
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory:
        with Session(port) as window:
            for page in ("", "browse", "augment", TRAIN, "compare", "predict"):
                window.open(page)
        _wait_for_training(settings, training)
        process, own = psutil.Process(pid), psutil.Process()
        for people in options.people:
            alone = _epochs_a_second(settings, training, lambda: time.sleep(options.rest))
            before, began = (_busy(process), _busy(own)), time.monotonic()
            told: list = []
            together = _epochs_a_second(
                settings,
                training,
                lambda people=people, told=told: told.extend(
                    run_class(port, people, options.seconds, options.pause, photos, expected)
                ),
            )
            took = time.monotonic() - began
            clicks, wrong = told
            row = {"people": people, **_waits(clicks), "errors": len(wrong), "first errors": wrong[:SHOWN_ERRORS]}
            row |= {"memory MB": anonymous_memory(pid) / 1e6, "most memory MB": most_memory() / 1e6}
            row |= {"server cores": (_busy(process) - before[0]) / took}
            row |= {"people cores": (_busy(own) - before[1]) / took}
            row |= {"epoch alone s": 1 / alone, "epoch with people s": 1 / together}
            row |= {"slowed": alone / together - 1, "pace lost": 1 - together / alone}
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    return rows


def _waits(clicks: Sequence[Action]) -> dict:
    """Return the percentiles of all clicks, of each kind of click, and of the live curves' updates."""
    kinds = {what: [one.seconds for one in clicks if one.what == what] for what in sorted({c.what for c in clicks})}
    ticks = kinds.pop(LIVE_UPDATE, [])
    found = {"clicks": len(clicks) - len(ticks), **_percentiles([second for kind in kinds.values() for second in kind])}
    each = {what: {"clicks": len(waits), **_percentiles(waits)} for what, waits in kinds.items()}
    return found | {"kinds": each | ({LIVE_UPDATE: {"clicks": len(ticks), **_percentiles(ticks)}} if ticks else {})}


def _percentiles(waits: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": float(np.percentile(waits, share)) for share in PERCENTILES} | {"longest": max(waits)}


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _wait_for_training(settings: Settings, training: Run) -> None:
    deadline = time.monotonic() + 300
    while _progress(settings, training) < 1:
        if time.monotonic() > deadline or open_run(settings, training.id).state not in ACTIVE:
            raise SystemExit(f"The training did not start: {open_run(settings, training.id).log_tail()}")
        time.sleep(0.5)


def _epochs_a_second(settings: Settings, training: Run, meanwhile) -> float:
    """Return how fast the training goes while `meanwhile` does something."""
    first, began = _progress(settings, training), time.monotonic()
    meanwhile()
    epochs, seconds = _progress(settings, training) - first, time.monotonic() - began
    if epochs <= 0:
        raise SystemExit(f"The training stands still: {open_run(settings, training.id).state}.")
    return epochs / seconds


def _progress(settings: Settings, training: Run) -> float:
    """Return how many epochs are done, with the share of the one at work."""
    status = open_run(settings, training.id).status
    return max(0, status.epoch - 1) + (status.batch / status.batches if status.batches else 0.0)


def _end(settings: Settings, training: Run) -> None:
    if open_run(settings, training.id).state in ACTIVE:
        stop_run(settings, training)
    deadline = time.monotonic() + 60
    while open_run(settings, training.id).state in ACTIVE and time.monotonic() < deadline:
        time.sleep(0.2)
    if open_run(settings, training.id).state not in ACTIVE:
        delete_run(settings, training)


def table(rows: Sequence[dict]) -> str:
    """Return the rows as a Markdown table, targets that 50 people miss marked."""
    head = ["people", "clicks", "p50", "p95", "p99", "longest", "errors", "memory now, most", "server, people busy"]
    lines = []
    for row in rows:
        late, slow, broken = (
            " (missed)" if row["people"] <= CLASS and missed else ""
            for missed in (row["p95"] >= P95, row["slowed"] >= SLOWED, row["errors"])
        )
        lines.append(
            [
                f"{row['people']}",
                f"{row['clicks']:,}",
                f"{row['p50']:.2f} s",
                f"{row['p95']:.2f} s{late}",
                f"{row['p99']:.2f} s",
                f"{row['longest']:.2f} s",
                f"{row['errors']}{broken}",
                f"{row['memory MB']:,.0f}, {row['most memory MB']:,.0f} MB",
                f"{row['server cores']:.2f}, {row['people cores']:.2f} cores",
                f"{row['epoch alone s']:.2f} → {row['epoch with people s']:.2f} s",
                f"{100 * row['slowed']:.0f} % longer, {100 * row['pace lost']:.0f} % slower{slow}",
            ]
        )
    return markdown_table([*head, "an epoch", "training"], lines)


def kinds_table(row: dict) -> str:
    """Return how long each kind of click took for one number of people, as a Markdown table."""
    lines = [
        [what, f"{one['clicks']:,}", *(f"{1000 * one[name]:,.0f} ms" for name in ("p50", "p95", "p99", "longest"))]
        for what, one in row["kinds"].items()
    ]
    return markdown_table([f"{row['people']} people", "clicks", "p50", "p95", "p99", "longest"], lines)


if __name__ == "__main__":
    main()
