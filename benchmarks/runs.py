"""The list of runs and the queue, with many runs: python -m benchmarks.runs [--runs 500] [--json].

Makes that many finished runs with histories in a home of their own, in a temporary folder, and measures how long
listing them takes, how long a waiting run's look at the queue, and the memory of a process that waits for its turn.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from filelock import FileLock

from benchmarks.measure import median_seconds
from benchmarks.synthetic_runs import make_finished_run
from catdog.models.specs import MODELS
from catdog.runs import launch, list_runs, open_run
from catdog.runs.queue import INTERVAL, Queue
from catdog.settings import Settings
from catdog.training import TrainConfig

REPEAT = 20
EPOCHS = 20
UNITS = {"milliseconds": " ms", "megabytes": " MB"}


def main() -> None:
    """Measure and print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        results = measure(Settings(home=Path(home), photos_url="file:///nowhere"), options.runs)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        for name, value in results.items():
            words, _, unit = name.rpartition("_")
            print(f"{words.replace('_', ' ')}: {value:g}{UNITS[unit]}" if unit in UNITS else f"{name}: {value}")


def measure(settings: Settings, count: int) -> dict[str, float]:
    """Return what many runs in an empty home cost, by name with the unit; times are medians."""
    settings.runs.mkdir(parents=True)
    models = list(MODELS)
    for index in range(count):
        make_finished_run(settings, models[index % len(models)], index, EPOCHS)
    queue = Queue(settings.runs)
    return {
        "runs": count,
        "list_milliseconds": _milliseconds(lambda: list_runs(settings)),
        "list_with_histories_milliseconds": _milliseconds(lambda: [run.history() for run in list_runs(settings)]),
        "first_look_at_the_queue_milliseconds": _milliseconds(lambda: Queue(settings.runs).waiting()),
        "later_look_at_the_queue_milliseconds": _milliseconds(queue.waiting),
        "waiting_process_megabytes": _measure_waiting_process(settings),
    }


def _milliseconds(work: Callable[[], object]) -> float:
    return round(1000 * median_seconds(work, REPEAT), 3)


def _measure_waiting_process(settings: Settings) -> float:
    """Return the memory of a run's process that waits behind another, in MB, shared libraries included."""
    with FileLock(settings.runs / ".slot-0.lock"):
        run = launch(settings, TrainConfig("model1", "drawn"))
        while (pid := open_run(settings, run.id).status.pid) is None:
            time.sleep(INTERVAL)
        time.sleep(3 * INTERVAL)  # by then it has read the queue
        process = psutil.Process(pid)
        memory = process.memory_info().rss / 1e6
        process.kill()
        # its parent is this process, in which a thread waits for it
        psutil.wait_procs([process], timeout=10)
    return round(memory, 1)


if __name__ == "__main__":
    main()
