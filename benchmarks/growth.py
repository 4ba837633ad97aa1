"""Time and memory of a training with more pictures: python -m benchmarks.growth [--models …] [--sizes …] [--json]

Trains one epoch each on drawn pictures, in a home of their own in a temporary folder, decoded beforehand. "own" memory
is the worker's peak without the pages of the mapped pictures, which the system takes back when it needs them; "all"
counts those in. Processor seconds stay the same on a busy machine, seconds do not.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from catdog.dataset import open_dataset
from catdog.dataset.drawn import write_drawn
from catdog.models import MODELS
from catdog.runs import create_run, open_run
from catdog.settings import PROJECT, Settings
from catdog.training import TrainConfig

SIZES = (2000, 8000, 25000)
LOOK = 0.1  # seconds between two looks at the worker's memory


def main() -> None:
    """Measure and print a table, or JSON with --json; each training is told on standard error as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["model3", "model4"], choices=list(MODELS))
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), help="pictures in all, of which 70 % train"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as home:
            settings = Settings(
                home=Path(home),
                photos_url="file:///nowhere",
                backbone_weights=Settings.from_environment().backbone_weights,
            )
            folder = Path(home) / "pictures"
            training = round(0.35 * size) * 2
            write_drawn(folder, training=training, validation=size - training)
            open_dataset(settings, str(folder))
            for model in options.models:
                rows.append(measure(settings, TrainConfig(model, str(folder), epochs=1), size))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(settings: Settings, config: TrainConfig, size: int) -> dict:
    """Train one run to its end and return what it took; SystemExit where it fails."""
    run = create_run(settings, config)
    environment = os.environ | settings.environment() | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-m", "catdog.training", str(run.folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=PROJECT
    )
    own = 0
    while (ended := os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is None:
        own = max(own, _own_memory(process.pid))
        time.sleep(LOOK)
    _, status, usage = os.wait4(process.pid, 0)
    run = open_run(settings, run.id)
    if ended is None or status or not run.finished:
        raise SystemExit(f"{run.name} is {run.state}: {run.status.error}")
    return {
        "model": config.model,
        "pictures": size,
        "training_seconds": round(run.seconds, 1),
        "total_processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "own_memory_mb": own // 1_000_000,
        "all_memory_mb": usage.ru_maxrss * 1024 // 1_000_000,
    }


def table(rows: list[dict]) -> str:
    """Return the measurements as a Markdown table."""
    lines = [[key.replace("_", " ") for key in rows[0]], ["---"] * len(rows[0])]
    lines += [[f"{value:,}" if isinstance(value, int | float) else value for value in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _own_memory(pid: int) -> int:
    """Return the memory of a process in bytes without files that it has mapped; 0 once it has ended."""
    try:
        found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main()
