"""Training, side by side: the notebook's own way and catdog.training, in turn on one machine.

python -m benchmarks.training [--models model1 …] [--epochs 20] [--seeds 1] [--source photos] [--json]

Each training is a process of its own, from its start to its end, so that start-up, checkpoints and scores count too.
The notebook's way scores no test photos and saves nothing; catdog's does both within its time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from catdog.dataset import open_dataset, photos_root
from catdog.models import MODELS
from catdog.runs import create_run, open_run
from catdog.settings import PROJECT, Settings
from catdog.training import TrainConfig

COLUMNS = ("model", "way", "seed", "seconds", "seconds_an_epoch", "best_val_accuracy", "peak_memory_mb")


def main() -> None:
    """Measure and print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--source", default="photos", choices=("photos", "drawn"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = Settings.from_environment()
    catalog = open_dataset(settings, options.source).catalog  # decoded before: both ways start from files on this disk
    results = []
    for model in options.models:
        for seed in options.seeds:
            pair = [
                _notebook(settings, model, catalog.root, options.epochs, seed),
                _catdog(settings, TrainConfig(model, options.source, epochs=options.epochs, seed=seed)),
            ]
            results += pair
            if not options.json:
                _print(pair)
    if options.json:
        print(
            json.dumps({"photos": str(photos_root(settings)), "results": results, "ratios": ratios(results)}, indent=2)
        )
    else:
        for model, ratio in ratios(results).items():
            print(f"{model}: {ratio:.2f} times as fast")


def ratios(results: list[dict]) -> dict[str, float]:
    """Return by how much catdog's total time is shorter, for each model and for all together."""
    found = {}
    for model in [*dict.fromkeys(one["model"] for one in results), "all"]:
        times = {
            way: sum(one["seconds"] for one in results if one["way"] == way and model in (one["model"], "all"))
            for way in ("notebook", "catdog")
        }
        found[model] = times["notebook"] / times["catdog"]
    return found


def _notebook(settings: Settings, model: str, root: Path, epochs: int, seed: int) -> dict:
    command = [sys.executable, "-m", "benchmarks.notebook", model, str(root), str(epochs), str(seed)]
    seconds, memory, printed = _timed(settings, command)
    history = json.loads(printed.splitlines()[-1])
    return _row(model, "notebook", seed, seconds, epochs, max(history["val_accuracy"]), memory)


def _catdog(settings: Settings, config: TrainConfig) -> dict:
    run = create_run(settings, config, f"benchmark {config.model} seed {config.seed}")
    seconds, memory, _ = _timed(settings, [sys.executable, "-m", "catdog.training", str(run.folder)])
    run = open_run(settings, run.id)
    if not run.finished:
        raise SystemExit(f"{run.name} is {run.state}: {run.status.error}")
    return _row(config.model, "catdog", config.seed, seconds, config.epochs, run.best_val_accuracy, memory)


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


def _row(model: str, way: str, seed: int, seconds: float, epochs: int, best: float, memory: int) -> dict:
    values = (model, way, seed, round(seconds, 1), round(seconds / epochs, 2), round(best, 4), memory // 1_000_000)
    return dict(zip(COLUMNS, values, strict=True))


def _print(rows: list[dict]) -> None:
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
