"""Training side by side: with the notebook's own code and with catdog.training, in turn on one machine.

python -m benchmarks.training [--models model1 …] [--ways notebook catdog] [--epochs 20] [--seeds 1 2 3]
    [--source photos] [--no-floor] [--add FILE …] [--json]

Each training is a process of its own. "training" is the time that its epochs take (stored features and checkpoints
included), "total" the time from the process's start to its end: the notebook's way scores no test photos and saves
nothing, catdog's does both within its total. At the end comes the distance to the floor (see benchmarks.floor).
"""

import argparse
import itertools
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.floor import KEYS as FLOOR_KEYS
from benchmarks.floor import measure_floor
from benchmarks.processes import ProcessResult, run_process, train
from benchmarks.summary import TIMES, WAYS, floor_ratios, floor_table, summarize, summary_table
from catdog.datasets import open_dataset
from catdog.models.specs import MODELS
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.recipes import PUBLISHED, make_config

KEYS = {"model", "way", "seed", *TIMES, "best_val_accuracy", "memory"}  # of a row


def main() -> None:
    """Measure and print a table, or JSON with --json; each training goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    models = "none with --add: only put together what there is"
    parser.add_argument("--models", nargs="*", default=list(MODELS), choices=list(MODELS), help=models)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS, help="one alone, or both in this order")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--source", default="photos", choices=("photos", "drawn"))
    parser.add_argument("--no-floor", action="store_true", help="do not measure the floor (half a minute a model)")
    parser.add_argument(
        "--add",
        type=read_rows,
        nargs="+",
        default=[],
        metavar="FILE",
        help="add trainings measured earlier: what --json printed, or what standard error told. They must be of the "
        "same machine, source and number of epochs, which is not checked; one that is told twice counts once",
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (options.models or options.add):
        parser.error("there is nothing to measure: give --models a model, or --add a file.")
    rows = []
    for row in itertools.chain(*options.add):
        if row not in rows:
            rows.append(row)
    rows.extend(measure(options))
    trainings, floors = ([row for row in rows if row.keys() == keys] for keys in (KEYS, FLOOR_KEYS))
    summaries = summarize(trainings)
    ratios = floor_ratios(summaries, floors)
    if options.json:
        print(
            json.dumps({"trainings": trainings, "floors": floors, "summary": summaries, "distances": ratios}, indent=2)
        )
    else:
        print(summary_table(summaries))
        if ratios:
            print(f"\n{floor_table(ratios)}")


def measure(options: argparse.Namespace) -> Iterator[dict]:
    """Yield a row for each training, then for each model's floor; they go to standard error too."""
    settings = Settings.from_environment()
    if options.models:  # decoded before: both ways start from files on this disk
        root = open_dataset(settings, options.source).catalog.root
    for seed, model, way in itertools.product(options.seeds, options.models, options.ways):
        config = make_config(model, PUBLISHED, source=options.source, epochs=options.epochs, seed=seed)
        row = _train_with_catdog(settings, config) if way == "catdog" else _train_notebook(settings, root, config)
        print(json.dumps(row), file=sys.stderr, flush=True)
        yield row
    if not options.no_floor and "catdog" in options.ways:
        for model in options.models:
            row = measure_floor(model)
            print(json.dumps(row), file=sys.stderr, flush=True)
            yield row


def read_rows(path: str) -> list[dict]:
    """Return the rows that an earlier measurement printed into a file.

    Args:
        path: A file with what --json printed, or with standard error, whose lines that are no JSON objects are skipped.

    Raises:
        argparse.ArgumentTypeError: It can't be read, or holds no such rows.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        try:
            documents = [json.loads(text)]
        except ValueError:
            documents = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        rows = [
            row
            for document in documents
            for row in ([*document["trainings"], *document["floors"]] if "trainings" in document else [document])
        ]
        if rows and all(row.keys() == FLOOR_KEYS or (row.keys() == KEYS and row["way"] in WAYS) for row in rows):
            return rows
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, TypeError, AttributeError, KeyError):
        pass  # said below: it is none of this benchmark's files
    raise argparse.ArgumentTypeError(f"{path} holds no trainings as this benchmark prints them.")


def _train_notebook(settings: Settings, root: Path, config: TrainConfig) -> dict:
    values = (config.model, str(root), str(config.epochs), str(config.seed))
    command = [sys.executable, "-m", "benchmarks.notebook", *values]
    result = run_process(settings, command)
    if result.status:
        raise SystemExit(f"{' '.join(command)} ended with status {result.status}.")
    history = json.loads(result.printed.splitlines()[-1])
    seconds = history["seconds"]
    return _make_row(config, "notebook", seconds, sum(seconds), max(history["val_accuracy"]), result)


def _train_with_catdog(settings: Settings, config: TrainConfig) -> dict:
    run, result = train(settings, config, f"benchmark {config.model} seed {config.seed}")
    return _make_row(config, "catdog", run.history()["seconds"], run.seconds, run.best_val_accuracy, result)


def _make_row(
    config: TrainConfig, way: str, epochs: list[float], training: float, best: float, result: ProcessResult
) -> dict:
    return {
        "model": config.model,
        "way": way,
        "seed": config.seed,
        "epoch": round(statistics.median(epochs), 2),
        "training": round(training, 1),
        "total": round(result.seconds, 1),
        "best_val_accuracy": round(best, 4),
        "memory": result.memory // 1_000_000,
    }


if __name__ == "__main__":
    main()
