"""Training, side by side: the notebook's own way and catdog.training, in turn on one machine.

python -m benchmarks.training [--models model1 …] [--epochs 20] [--seeds 1 2 3] [--source photos] [--json]

Each training is a process of its own. "training" is the time that its epochs take (stored features and checkpoints
included), "total" the time from the process's start to its end: the notebook's way scores no test photos and saves
nothing, catdog's does both within its total.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from benchmarks.processes import Ended, run_process, train
from benchmarks.tables import markdown
from catdog.dataset import open_dataset
from catdog.models import MODELS
from catdog.settings import Settings
from catdog.training import TrainConfig

WAYS = ("notebook", "catdog")


def main() -> None:
    """Measure and print a table, or JSON with --json; each training is told on standard error as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--source", default="photos", choices=("photos", "drawn"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = Settings.from_environment()
    catalog = open_dataset(settings, options.source).catalog  # decoded before: both ways start from files on this disk
    rows = []
    for seed in options.seeds:
        for model in options.models:
            config = TrainConfig(model, options.source, epochs=options.epochs, seed=seed)
            for row in (_notebook(settings, catalog.root, config), _catdog(settings, config)):
                print(json.dumps(row), file=sys.stderr, flush=True)
                rows.append(row)
    found = summary(rows)
    print(json.dumps({"trainings": rows, "summary": found}, indent=2) if options.json else table(found))


def summary(rows: list[dict]) -> dict[str, dict]:
    """Return for each model, and for "all", what both ways took and reached, and the ratios of their times.

    rows: as _row makes them. The values are means over the seeds, for "all" of the models' sums; the peak memory is the
    highest.
    """
    found = {}
    for model in [*dict.fromkeys(row["model"] for row in rows), "all"]:
        ways = {
            way: _means([one for one in rows if one["way"] == way and model in (one["model"], "all")]) for way in WAYS
        }
        notebook, catdog = ways.values()
        found[model] = {
            **ways,
            "training_ratio": round(notebook["training"] / catdog["training"], 2),
            "total_ratio": round(notebook["total"] / catdog["total"], 2),
        }
    return found


def table(found: dict[str, dict]) -> str:
    """Return the summary as a Markdown table."""
    head = ("", "way", "seconds an epoch", "training, s", "total, s", "best validation", "peak memory, MB")
    lines = []
    for model, values in found.items():
        for way in WAYS:
            one = values[way]
            best = "" if model == "all" else f"{one['best_val_accuracy']:.3f}"
            cells = (f"{one['epoch']:.2f}", f"{one['training']:.0f}", f"{one['total']:.0f}", best, f"{one['memory']:,}")
            lines.append((model, way, *cells))
        ratios = (f"{values['training_ratio']:.2f} times", f"{values['total_ratio']:.2f} times")
        lines.append((model, "ratio", "", *ratios, "", ""))
    return markdown(head, lines)


def _means(rows: list[dict]) -> dict:
    """Return the means over seeds; of several models the sums."""
    seeds = len({row["seed"] for row in rows})
    sums = {key: round(sum(row[key] for row in rows) / seeds, 2) for key in ("epoch", "training", "total")}
    best = [row["best_val_accuracy"] for row in rows]
    return {
        **sums,
        "best_val_accuracy": round(statistics.mean(best), 4),
        "memory": max(row["memory"] for row in rows),
    }


def _notebook(settings: Settings, root: Path, config: TrainConfig) -> dict:
    values = (config.model, str(root), str(config.epochs), str(config.seed))
    command = [sys.executable, "-m", "benchmarks.notebook", *values]
    ended = run_process(settings, command)
    if ended.status:
        raise SystemExit(f"{' '.join(command)} ended with status {ended.status}.")
    history = json.loads(ended.printed.splitlines()[-1])
    seconds = history["seconds"]
    return _row(config, "notebook", seconds, sum(seconds), max(history["val_accuracy"]), ended)


def _catdog(settings: Settings, config: TrainConfig) -> dict:
    run, ended = train(settings, config, f"benchmark {config.model} seed {config.seed}")
    return _row(config, "catdog", run.history()["seconds"], run.seconds, run.best_val_accuracy, ended)


def _row(config: TrainConfig, way: str, epochs: list[float], training: float, best: float, ended: Ended) -> dict:
    return {
        "model": config.model,
        "way": way,
        "seed": config.seed,
        "epoch": round(statistics.median(epochs), 2),
        "training": round(training, 1),
        "total": round(ended.seconds, 1),
        "best_val_accuracy": round(best, 4),
        "memory": ended.memory // 1_000_000,
    }


if __name__ == "__main__":
    main()
