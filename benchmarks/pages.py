"""Every page of the dashboard, when there are many runs: python -m benchmarks.pages [--runs 0 50 500] [--json]

For each number of runs, with the drawn pictures and that many finished runs of 50 epochs in a home of their own in a
temporary folder, one server is started, and each page is opened in a window of its own:

    after a start  the first page after the server's start: it imports, and reads catalog and runs for the others
    cold           the first opening of a page since the server's start
    warm           the median of --repeat more openings in the same window, each with another address, as after a click
    20 runs        Compare with 20 runs chosen; warm with 20 others at each opening
    memory         the server's own, mapped files not counted, after all pages, and before Augment, the last one

The times are milliseconds from asking until all of the page has come over the loopback: the page's script and sending.
A browser draws the page after that. The pages are those of the dashboard's own navigation, at the addresses without
choices. The pictures are decoded before. Nobody trained the runs: their curves, scores and answers are random, varied
by a seed, and all have the files of one untrained model4, by hard links; 500 runs need about 60 MB of disk.
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
WARM, COLD, CHART, MEMORY = 300, 1500, 300, 350  # what is to be stayed below, in milliseconds and MB


def main() -> None:
    """Measure and print a table, or JSON with --json; each row is told on standard error as it ends."""
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
        # in a process of its own, since TensorFlow says much on standard error
        command = [sys.executable, "-m", "benchmarks.synthetic_runs", str(model)]
        if any(options.runs) and run_process(first, command).status:
            raise SystemExit(f"python {' '.join(command[1:])} failed")
        for one in measure(first, model, options.runs, options.pages, options.repeat):
            rows.append(one)
            print(json.dumps(one), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(
    first: Settings, model: Path, numbers: Sequence[int], pages: Sequence[str] | None, repeat: int
) -> Iterator[dict]:
    """Yield the rows for these numbers of runs and these pages, all without.

    first: a home whose drawn pictures are there and decoded, which the others share; model: a folder with
    the model that all runs get. SystemExit where there is no such page, or one shows an error.
    """
    for number in numbers:
        with tempfile.TemporaryDirectory(dir=first.home.parent) as home:
            settings = _settings(Path(home))
            for shared in (first.data, first.cache):
                shutil.copytree(shared, settings.home / shared.name, copy_function=os.link)
            runs = make_runs(settings, number, model)
            try:
                yield from _of_pages(settings, runs, pages, repeat)
            except RuntimeError as error:
                raise SystemExit(f"With {number} runs: {error}") from error


def make_runs(settings: Settings, number: int, model: Path) -> list[Run]:
    """Make that many finished runs on the drawn pictures, spread over the four models; return them."""
    catalog, models, runs = open_dataset(settings, "drawn").catalog, list(MODELS), []
    for one in range(number):
        run = make_finished_run(settings, models[one % len(models)], one, EPOCHS)
        link_model(run, model)
        write_predictions(run, catalog)
        runs.append(run)
    return runs


def make_row(runs: int, page: str, what: str, value: float, below: int, unit: str = "ms") -> dict:
    """Return one measurement: with how many runs, of which page, what it is, and what it is to stay below."""
    return {"runs": runs, "page": page, "what": what, "value": value, "unit": unit, "below": below}


def table(rows: Sequence[dict]) -> str:
    """Return the measurements as a Markdown table, those that miss their target marked."""
    return markdown_table(
        ["runs", "page", "what", "measure", "target"],
        [
            [
                f"{one['runs']:,}",
                one["page"],
                one["what"],
                f"{one['value']:,} {one['unit']}",
                f"< {one['below']:,} {one['unit']}{'' if one['value'] < one['below'] else ', missed'}",
            ]
            for one in rows
        ],
    )


def _of_pages(settings: Settings, runs: list[Run], pages: Sequence[str] | None, repeat: int) -> Iterator[dict]:
    """Yield the rows of one server: of its first page, of each page, of the chart, and of its memory."""
    number, again = len(runs), [{"again": one} for one in range(repeat + 1)]
    with start_server(settings) as (pid, port):
        with Session(port) as window:
            seconds = window.open("")
            known = window.pages
        yield make_row(number, next(iter(known)), "after a start", _milliseconds(seconds), COLD)
        if unknown := set(pages or ()) - set(known):
            raise SystemExit(f"There is no page {', '.join(sorted(unknown))}, only {', '.join(known)}.")
        for page in sorted(pages or known, key=lambda one: one == LAST):
            if page == LAST:
                yield make_row(number, "", f"memory before {LAST}", _megabytes(pid), MEMORY, "MB")
            cold, warm = _opened(port, known[page], again)
            yield make_row(number, page, "cold", cold, COLD)
            yield make_row(number, page, "warm", warm, WARM)
            if page == "compare" and number >= CHOSEN:
                ids = [run.id for run in runs]
                turned = [ids[one % number :] + ids[: one % number] for one in range(repeat + 1)]
                cold, warm = _opened(port, known[page], [{"run": some[:CHOSEN]} for some in turned])
                yield make_row(number, page, f"{CHOSEN} runs, cold", cold, COLD)
                yield make_row(number, page, f"{CHOSEN} runs, warm", warm, CHART)
        yield make_row(number, "", "memory", _megabytes(pid), MEMORY, "MB")


def _opened(port: int, page: str, addresses: list[dict]) -> tuple[float, float]:
    """Return the milliseconds of opening a page at the first address, and the median of those at the others."""
    with Session(port) as window:
        cold, *warm = [window.open(page, **address) for address in addresses]
    return _milliseconds(cold), _milliseconds(statistics.median(warm))


def _settings(home: Path) -> Settings:
    return Settings(home=home, photos_url="file:///nowhere")


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _megabytes(pid: int) -> int:
    return round(anonymous_memory(pid) / 1e6)


if __name__ == "__main__":
    main()
