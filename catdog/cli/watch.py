"""Follow a training run in the terminal."""

import time
from typing import TYPE_CHECKING

from catdog.cli.terminal import new_bar
from catdog.settings import Settings
from catdog.utils.text import format_duration, format_percent

if TYPE_CHECKING:
    from tqdm import tqdm

    from catdog.runs import Run

LOOK_AGAIN = 0.25  # seconds


def follow(settings: Settings, run: "Run") -> "Run":
    """Show how far `run` is until it ends, and return it as it then is; raise RunError if it is deleted."""
    from catdog.runs import open_run
    from catdog.training import ACTIVE

    with new_bar(total=run.config.epochs, bar_format="{desc} |{bar:20}|{postfix}") as bar:
        while True:
            run = open_run(settings, run.id)
            if run.state not in ACTIVE:
                return run
            _draw(bar, run)
            time.sleep(LOOK_AGAIN)


def _draw(bar: "tqdm", run: "Run") -> None:
    """Let the bar say epoch, batch, what is being done, the best epoch's accuracy and the time left."""
    status = run.status
    words = [run.state if run.state != "running" else status.message or run.state]
    if status.batch < status.batches:
        words.append(f"batch {status.batch}/{status.batches}")
    if run.best_val_accuracy is not None:
        words.append(f"best validation accuracy {format_percent(run.best_val_accuracy)}")
    if run.eta is not None:
        words.append(f"{format_duration(run.eta)} left")
    bar.set_description_str(f"{run.config.model} epoch {status.epoch}/{run.config.epochs}", refresh=False)
    bar.set_postfix_str(", ".join(words), refresh=False)
    passed = max(0, status.epoch - 1) + (status.batch / status.batches if status.batches else 0)
    bar.update(min(passed, run.config.epochs) - bar.n)
