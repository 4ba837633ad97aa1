"""Time and memory of a training with more images: python -m benchmarks.growth [--models …] [--sizes …] [--json].

Trains one epoch each on drawn images, in a home of their own in a temporary folder, decoded beforehand. "own" memory
is the worker's peak without the pages of the mapped images, which the system takes back when it needs them; "all"
counts those in. Processor seconds stay the same on a busy machine, seconds do not.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import anonymous_memory, markdown_table
from benchmarks.processes import train
from catdog.datasets import open_dataset
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.models.specs import MODELS
from catdog.settings import Settings
from catdog.training import TrainConfig

SIZES = (2000, 8000, 25000)


def main() -> None:
    """Measure and print a table, or JSON with --json; each training goes to standard error too as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["model3", "model4"], choices=list(MODELS))
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="images in all, of which 70%% train")
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
            folder = Path(home) / "images"
            training = round(0.35 * size) * 2
            generate_dataset(folder, training=training, validation=size - training)
            open_dataset(settings, str(folder))
            for model in options.models:
                rows.append(measure(settings, TrainConfig(model, str(folder), epochs=1), size))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(settings: Settings, config: TrainConfig, size: int) -> dict:
    """Train a run on `size` images to its end.

    Returns:
        What it took, as a row.

    Raises:
        SystemExit: The training failed.
    """
    memory = [0]
    run, result = train(settings, config, watch=lambda pid: memory.append(anonymous_memory(pid)))
    return {
        "model": config.model,
        "images": size,
        "training_seconds": round(run.seconds, 1),
        "total_processor_seconds": round(result.processor_seconds, 1),
        "own_memory_mb": max(memory) // 1_000_000,
        "all_memory_mb": result.memory // 1_000_000,
    }


def table(rows: list[dict]) -> str:
    """Return the measurements as a Markdown table."""
    cells = [[f"{value:,}" if isinstance(value, int | float) else value for value in row.values()] for row in rows]
    return markdown_table([key.replace("_", " ") for key in rows[0]], cells)


if __name__ == "__main__":
    main()
