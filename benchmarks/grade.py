"""What a class's hand-ins cost a teacher: python -m benchmarks.grade [--students 30] [--json].

Each student hands in one run of model4 on drawn images, whose model is asked about the 192 test images. The table has:

    handing in   seconds to make one zip, on average
    grading      seconds until the table of all is there: zips read, models asked, tasks and files compared
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import markdown_table
from benchmarks.processes import run_process
from benchmarks.synthetic_runs import link_model, make_finished_run, write_predictions
from catdog.datasets import TEST, open_dataset
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.handin import build_handin, grade_folder
from catdog.lessons.progress import Progress
from catdog.runs import open_run
from catdog.settings import Settings

EPOCHS = 20


def main() -> None:
    """Measure and print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--validation", type=int, default=1000, help="drawn images, a fifth of them for the test")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), options.students, options.validation)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def measure(folder: Path, students: int, validation: int) -> list[dict]:
    """Return the rows.

    Args:
        folder: Where the homes are made.
        students: How many hand in.
        validation: How many images are drawn for validation and test.

    Raises:
        SystemExit: The model could not be made, or a hand-in could not be graded.
    """
    settings = Settings(home=folder, photos_url="file:///nowhere")
    generate_dataset(settings.data / "drawn", training=64, validation=validation)
    catalog, model = open_dataset(settings, "drawn").catalog, folder / "model"
    model.mkdir()
    # in a process of its own, since TensorFlow prints much on standard error
    command = [sys.executable, "-m", "benchmarks.synthetic_runs", str(model)]
    if run_process(settings, command).status:
        raise SystemExit(f"python {' '.join(command[1:])} failed")
    files, spent = [], 0.0
    for number in range(students):
        run = make_finished_run(settings, "model4", number, EPOCHS)
        link_model(run, model)
        write_predictions(run, catalog)
        began = time.perf_counter()
        runs, target = [open_run(settings, run.id)], folder / "handins" / f"{number}.zip"
        files.append(build_handin(settings, runs, Progress(), f"student {number}", target))
        spent += time.perf_counter() - began
    began = time.perf_counter()
    grades = grade_folder(files, settings, "drawn")
    seconds = time.perf_counter() - began
    if any(grade.error or grade.best is None or grade.best.rescored is None for grade in grades):
        raise SystemExit("A hand-in was not graded.")
    images = len(catalog.indices(TEST))
    return [
        {"students": students, "images": images, "what": "handing in", "value": round(spent / students, 2)},
        {"students": students, "images": images, "what": "grading", "value": round(seconds, 1)},
    ]


def table(rows: list[dict]) -> str:
    """Return the measurements as a Markdown table."""
    return markdown_table(
        ["students", "test images", "what", "seconds"],
        [[f"{row['students']}", f"{row['images']}", row["what"], f"{row['value']:g}"] for row in rows],
    )


if __name__ == "__main__":
    main()
