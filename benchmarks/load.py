"""A class at one server while a model trains: python -m benchmarks.load [--people 10 25 50] [--json].

For each number of people: how fast the training goes alone (--rest seconds), then --seconds of people who browse,
generate augmented images, watch curves, compare, and upload photos on the Predict page, each in a session of their
own, with the same requests and messages as Streamlit's own page; between two clicks they think for about --pause
seconds. The results are how long a click takes until all of the page and its images have come, what went wrong, the
server's memory, and how much longer an epoch takes. All of it happens on this machine, the people too, who need some
of its processors themselves. The models are untrained unless --home names a home with finished runs, and the images
drawn ones; --images gives a folder of JPEG files to upload.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
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

PATIENCE = 120.0  # seconds within which a training must have moved on
PHOTOS = 100
# with so many people, clicks should take less than so many seconds, and epochs should get longer by less than this
CLASS, P95, SLOWED = 50, 1.0, 0.25
PERCENTILES = (50, 95, 99)


def main() -> None:
    """Measure and print tables, or JSON with --json; each part goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[10, 25, 50])
    parser.add_argument("--seconds", type=float, default=180.0, help="how long they stay (default 180)")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds they think between clicks (default 5)")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds of training alone before (default 60)")
    parser.add_argument("--model", default="model1", help="the model that trains (default model1)")
    parser.add_argument("--home", type=Path, help="predict with the newest finished run of each model in this home")
    parser.add_argument("--images", type=Path, help="a folder of JPEG files to upload")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if min(*options.people, options.seconds, options.pause, options.rest) <= 0:
        parser.error("--people, --seconds, --pause and --rest must be more than 0")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=options.home or Path(folder) / "home", photos_url="file:///nowhere")
        runs = select_latest_finished(list_runs(settings)) if options.home else make_runs(settings)
        files = list_images(settings, options.images, PHOTOS)
        source = runs[0].config.source if runs else "drawn"
        training = launch(settings, TrainConfig(options.model, source, epochs=MAX_EPOCHS), "trains meanwhile")
        try:
            rows = measure(settings, training, runs, files, options)
        finally:
            _stop_training(settings, training)
    print(json.dumps(rows, indent=2) if options.json else f"{table(rows)}\n\n{kinds_table(rows[-1])}")


def measure(
    settings: Settings, training: Run, runs: Sequence[Run], files: Sequence[Path], options: argparse.Namespace
) -> list[dict]:
    """Measure the class with each number of people.

    Args:
        settings: The server's home.
        training: The run that trains meanwhile.
        runs: Finished runs that predict.
        files: JPEG files to upload.
        options: The command line's.

    Returns:
        A row for each number of people.
    """
    photos = [path.read_bytes() for path in files]
    expected = expect_predictions(runs, [resize(load_image(path)) for path in files])
    rows = []
    with start_server(settings) as (pid, port), watch_own_memory(pid) as most_memory:
        with Session(port) as tab:
            for page in ("", "browse", "augment", TRAIN, "compare", "predict"):
                tab.open(page)
        _wait_for_training(settings, training)
        server, benchmark = psutil.Process(pid), psutil.Process()
        for people in options.people:
            alone = _epochs_a_second(settings, training, lambda: time.sleep(options.rest))
            before, began = (_processor_seconds(server), _processor_seconds(benchmark)), time.monotonic()
            results: list = []
            together = _epochs_a_second(
                settings,
                training,
                lambda people=people, results=results: results.extend(
                    run_class(port, people, options.seconds, options.pause, photos, expected)
                ),
            )
            seconds = time.monotonic() - began
            actions, errors = results
            row = {
                "people": people,
                **_summarize(actions),
                "errors": len(errors),
                "first errors": errors[:SHOWN_ERRORS],
            }
            row |= {"memory MB": anonymous_memory(pid) / 1e6, "most memory MB": most_memory() / 1e6}
            row |= {"server cores": (_processor_seconds(server) - before[0]) / seconds}
            row |= {"people cores": (_processor_seconds(benchmark) - before[1]) / seconds}
            row |= {"epoch alone s": 1 / alone, "epoch with people s": 1 / together}
            row |= {"slowed": alone / together - 1, "pace lost": 1 - together / alone}
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    return rows


def _summarize(actions: Sequence[Action]) -> dict:
    """Return the percentiles of all clicks together, of each kind of click, and of the live curves' updates."""
    kinds = sorted({action.what for action in actions})
    waits = {kind: [action.seconds for action in actions if action.what == kind] for kind in kinds}
    clicks = [seconds for kind in kinds if kind != LIVE_UPDATE for seconds in waits[kind]]
    by_kind = {kind: {"clicks": len(waits[kind]), **_percentiles(waits[kind])} for kind in kinds if kind != LIVE_UPDATE}
    if LIVE_UPDATE in waits:
        by_kind[LIVE_UPDATE] = {"clicks": len(waits[LIVE_UPDATE]), **_percentiles(waits[LIVE_UPDATE])}
    return {"clicks": len(clicks), **_percentiles(clicks), "kinds": by_kind}


def _percentiles(waits: Sequence[float]) -> dict[str, float]:
    return {f"p{percent}": float(np.percentile(waits, percent)) for percent in PERCENTILES} | {"longest": max(waits)}


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _wait_for_training(settings: Settings, training: Run) -> None:
    deadline = time.monotonic() + 300
    while _progress(settings, training) < 1:
        if time.monotonic() > deadline or open_run(settings, training.id).state not in ACTIVE:
            raise SystemExit(f"The training did not start: {open_run(settings, training.id).log_tail()}")
        time.sleep(0.5)


def _epochs_a_second(settings: Settings, training: Run, work: Callable[[], None]) -> float:
    """Do some work; return how many epochs a second the training does meanwhile.

    Between two epochs, while it validates and saves, nothing moves: then the next step is waited for.
    """
    progress, began = _progress(settings, training), time.monotonic()
    work()
    deadline = time.monotonic() + PATIENCE
    while (epochs := _progress(settings, training) - progress) <= 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    seconds = time.monotonic() - began
    if epochs <= 0:
        raise SystemExit(f"The training stands still: {open_run(settings, training.id).state}.")
    return epochs / seconds


def _progress(settings: Settings, training: Run) -> float:
    """Return how many epochs are done, the fraction of the current one included."""
    status = open_run(settings, training.id).status
    return max(0, status.epoch - 1) + (status.batch / status.batches if status.batches else 0.0)


def _stop_training(settings: Settings, training: Run) -> None:
    if open_run(settings, training.id).state in ACTIVE:
        stop_run(settings, training)
    deadline = time.monotonic() + 60
    while open_run(settings, training.id).state in ACTIVE and time.monotonic() < deadline:
        time.sleep(0.2)
    if open_run(settings, training.id).state not in ACTIVE:
        delete_run(settings, training)


def table(rows: Sequence[dict]) -> str:
    """Return the rows as a Markdown table, with the targets marked that up to 50 people miss."""
    header = ["people", "clicks", "p50", "p95", "p99", "longest", "errors", "memory now, most", "server, people busy"]
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
                f"{100 * row['slowed']:.0f}% longer, {100 * row['pace lost']:.0f}% slower{slow}",
            ]
        )
    return markdown_table([*header, "an epoch", "training"], lines)


def kinds_table(row: dict) -> str:
    """Return how long each kind of click took for one number of people, as a Markdown table."""
    lines = [
        [
            kind,
            f"{values['clicks']:,}",
            *(f"{1000 * values[name]:,.0f} ms" for name in ("p50", "p95", "p99", "longest")),
        ]
        for kind, values in row["kinds"].items()
    ]
    return markdown_table([f"{row['people']} people", "clicks", "p50", "p95", "p99", "longest"], lines)


if __name__ == "__main__":
    main()
