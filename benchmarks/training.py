"""Training, side by side: the notebook's own way and catdog.training, in turn on one machine.

python -m benchmarks.training [--models model1 …] [--epochs 20] [--seeds 1 2 3] [--source photos] [--json]

Each training is a process of its own. "training" is the time that its epochs take (stored features and checkpoints
included), "total" the time from the process's start to its end: the notebook's way scores no test photos and saves
nothing, catdog's does both within its total.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from catdog.dataset import open_dataset
from catdog.models import MODELS
from catdog.runs import create_run, open_run
from catdog.settings import PROJECT, Settings
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
    lines = [_line(head), _line(["---"] * len(head))]
    for model, values in found.items():
        for way in WAYS:
            one = values[way]
            best = "" if model == "all" else f"{one['best_val_accuracy']:.3f}"
            cells = (f"{one['epoch']:.2f}", f"{one['training']:.0f}", f"{one['total']:.0f}", best, f"{one['memory']:,}")
            lines.append(_line((model, way, *cells)))
        ratios = (f"{values['training_ratio']:.2f} times", f"{values['total_ratio']:.2f} times")
        lines.append(_line((model, "ratio", "", *ratios, "", "")))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


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
    total, memory, printed = _timed(settings, [sys.executable, "-m", "benchmarks.notebook", *values])
    history = json.loads(printed.splitlines()[-1])
    seconds = history["seconds"]
    return _row(config, "notebook", seconds, sum(seconds), total, max(history["val_accuracy"]), memory)


def _catdog(settings: Settings, config: TrainConfig) -> dict:
    run = create_run(settings, config, f"benchmark {config.model} seed {config.seed}")
    total, memory, _ = _timed(settings, [sys.executable, "-m", "catdog.training", str(run.folder)])
    run = open_run(settings, run.id)
    if not run.finished:
        raise SystemExit(f"{run.name} is {run.state}: {run.status.error}")
    return _row(config, "catdog", run.history()["seconds"], run.seconds, total, run.best_val_accuracy, memory)


def _timed(settings: Settings, command: list[str]) -> tuple[float, int, str]:
    """Run a command; return its seconds, its peak memory in bytes, and what it printed."""
    environment = os.environ | settings.environment() | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment, cwd=PROJECT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        if status:
            raise SystemExit(f"{' '.join(command)} ended with status {status}.")
        output.seek(0)
        return seconds, usage.ru_maxrss * 1024, output.read()


def _row(
    config: TrainConfig, way: str, epochs: list[float], training: float, total: float, best: float, memory: int
) -> dict:
    return {
        "model": config.model,
        "way": way,
        "seed": config.seed,
        "epoch": round(statistics.median(epochs), 2),
        "training": round(training, 1),
        "total": round(total, 1),
        "best_val_accuracy": round(best, 4),
        "memory": memory // 1_000_000,
    }


if __name__ == "__main__":
    main()
