"""Every page of the dashboard, with many runs: python -m benchmarks.pages [--runs 0 50 500] [--json].

For each number of runs, with the drawn images and that many finished runs of 50 epochs in a home of their own in a
temporary folder, one server is started, and each page is opened in a window of its own:

    after a start  the first page after the server's start: it imports, and reads catalog and runs for the others
    cold           the first opening of a page since the server's start
    warm           the median of --repeat more openings in the same window, each with another address, as after a click
    20 runs        Compare with 20 runs chosen; warm with 20 others at each opening
    memory         the server's own, mapped files not counted, after all pages, and before Augment, the last one

The times are milliseconds from the request until all of the page has come over the loopback: the page's script and
sending. A browser draws the page after that. The pages are those of the dashboard's own navigation, at the addresses
without choices. The images are decoded before. Nobody trained the runs: their curves, scores and predictions are
random, varied by a seed, and all have the files of one untrained model4, by hard links; 500 runs need about 60 MB of
disk.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import anonymous_memory, markdown_table
from benchmarks.processes import run_process
from benchmarks.sessions import Session, start_server
from benchmarks.synthetic_runs import link_model, make_finished_run, write_predictions
from catdog.datasets import open_dataset
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.settings import Settings

EPOCHS = 50
CHOSEN = 20  # runs on one chart
LAST = "augment"
WARM, COLD, CHART, MEMORY = 300, 1500, 300, 350  # upper bounds in milliseconds and MB


def main() -> None:
    """Measure and print a table, or JSON with --json; each row goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[0, 50, 500])
    parser.add_argument("--pages", nargs="+", help="names as in the addresses, such as compare; all without it")
    parser.add_argument("--repeat", type=int, default=9, help="how often each page is opened again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.repeat < 1 or min(options.runs) < 0:
        parser.error("--repeat must be 1 or more, and --runs 0 or more")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        first, model = _settings(Path(folder) / "first"), Path(folder) / "model"
        open_dataset(first, "drawn")
        model.mkdir()
        # in a process of its own, since TensorFlow prints much on standard error
        command = [sys.executable, "-m", "benchmarks.synthetic_runs", str(model)]
        if any(options.runs) and run_process(first, command).status:
            raise SystemExit(f"python {' '.join(command[1:])} failed")
        for row in measure(first, model, options.runs, options.pages, options.repeat):
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(
    first: Settings, model: Path, counts: Sequence[int], pages: Sequence[str] | None, repeat: int
) -> Iterator[dict]:
    """Measure the pages with some numbers of runs.

    Args:
        first: A home whose drawn images are decoded; the other homes share them.
        model: A folder with the model that all runs get.
        counts: Numbers of runs.
        pages: Names of the pages, None for all.
        repeat: How often each page is opened again.

    Yields:
        Rows of `make_row`.

    Raises:
        SystemExit: There is no such page, or one shows an error.
    """
    for count in counts:
        with tempfile.TemporaryDirectory(dir=first.home.parent) as home:
            settings = _settings(Path(home))
            for folder in (first.data, first.cache):
                shutil.copytree(folder, settings.home / folder.name, copy_function=os.link)
            runs = make_runs(settings, count, model)
            try:
                yield from _measure_pages(settings, runs, pages, repeat)
            except RuntimeError as error:
                raise SystemExit(f"With {count} runs: {error}") from error


def make_runs(settings: Settings, count: int, model: Path) -> list[Run]:
    """Make and return finished runs on the drawn images, spread over the four models; `model`: see `measure`."""
    catalog, models, runs = open_dataset(settings, "drawn").catalog, list(MODELS), []
    for index in range(count):
        run = make_finished_run(settings, models[index % len(models)], index, EPOCHS)
        link_model(run, model)
        write_predictions(run, catalog)
        runs.append(run)
    return runs


def make_row(runs: int, page: str, what: str, value: float, below: int, unit: str = "ms") -> dict:
    """Return one measurement: with how many runs, of which page, what it is, and its upper bound."""
    return {"runs": runs, "page": page, "what": what, "value": value, "unit": unit, "below": below}


def table(rows: Sequence[dict]) -> str:
    """Return the measurements as a Markdown table, those that miss their target marked."""
    return markdown_table(
        ["runs", "page", "what", "measured", "target"],
        [
            [
                f"{row['runs']:,}",
                row["page"],
                row["what"],
                f"{row['value']:,} {row['unit']}",
                f"< {row['below']:,} {row['unit']}{'' if row['value'] < row['below'] else ', missed'}",
            ]
            for row in rows
        ],
    )


def _measure_pages(settings: Settings, runs: list[Run], pages: Sequence[str] | None, repeat: int) -> Iterator[dict]:
    """Yield the rows of one server: of its first page, of each page, of the chart, and of its memory."""
    count, queries = len(runs), [{"again": turn} for turn in range(repeat + 1)]
    with start_server(settings) as (pid, port):
        with Session(port) as tab:
            seconds = tab.open("")
            addresses = tab.pages
        yield make_row(count, next(iter(addresses)), "after a start", _milliseconds(seconds), COLD)
        if unknown := set(pages or ()) - set(addresses):
            raise SystemExit(f"There is no page {', '.join(sorted(unknown))}, only {', '.join(addresses)}.")
        for page in sorted(pages or addresses, key=lambda page: page == LAST):
            if page == LAST:
                yield make_row(count, "", f"memory before {LAST}", _megabytes(pid), MEMORY, "MB")
            cold, warm = _open_repeatedly(port, addresses[page], queries)
            yield make_row(count, page, "cold", cold, COLD)
            yield make_row(count, page, "warm", warm, WARM)
            if page == "compare" and count >= CHOSEN:
                ids = [run.id for run in runs]
                rotations = [ids[turn % count :] + ids[: turn % count] for turn in range(repeat + 1)]
                selections = [{"run": rotation[:CHOSEN]} for rotation in rotations]
                cold, warm = _open_repeatedly(port, addresses[page], selections)
                yield make_row(count, page, f"{CHOSEN} runs, cold", cold, COLD)
                yield make_row(count, page, f"{CHOSEN} runs, warm", warm, CHART)
        yield make_row(count, "", "memory", _megabytes(pid), MEMORY, "MB")


def _open_repeatedly(port: int, page: str, queries: list[dict]) -> tuple[float, float]:
    """Return the milliseconds of opening a page with the first query, and the median of those with the others."""
    with Session(port) as tab:
        cold, *warm = [tab.open(page, **query) for query in queries]
    return _milliseconds(cold), _milliseconds(statistics.median(warm))


def _settings(home: Path) -> Settings:
    return Settings(home=home, photos_url="file:///nowhere")


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _megabytes(pid: int) -> int:
    return round(anonymous_memory(pid) / 1e6)


if __name__ == "__main__":
    main()
