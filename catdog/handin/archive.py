"""The zip that a student hands in: report, notebook, answers, runs without checkpoints, and a list with hashes."""

import hashlib
import json
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from catdog import __version__
from catdog.comparison import label_runs, select_by_validation
from catdog.errors import RunError, UsageError
from catdog.export.notebook import render_notebook
from catdog.export.report import render_report
from catdog.lessons.progress import Progress, to_json
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.settings import Settings
from catdog.utils.files import DISK_FULL, whole_file
from catdog.utils.progress import Progress as Report
from catdog.utils.progress import silent
from catdog.utils.text import one_line, slugify

VERSION = 1
MANIFEST, ANSWERS, REPORT, NOTEBOOK = "manifest.json", "answers.json", "report.html", "notebook.ipynb"
#: The files of a run folder that are handed in. Without model.keras and checkpoint, since model.tflite can be scored.
RUN_FILES = (
    *("config.json", "status.json", "history.csv", "evaluation.json", "predictions.csv", "model.tflite"),
    *("batches.csv", "sample.csv", "log.txt"),
)
MOST_RUNS = 20
LONGEST_NAME = 80


def choose_runs(runs: Sequence[Run]) -> list[Run]:
    """Return what is handed in without a choice: of each model, the finished run with the best validation accuracy."""
    of_models = ([run for run in runs if run.finished and run.config.model == name] for name in MODELS)
    return [best for members in of_models if (best := select_by_validation(members))]


def build_handin(
    settings: Settings,
    runs: Sequence[Run],
    progress: Progress,
    name: str,
    target: Path,
    person: str = "",
    report: Report = silent,
) -> Path:
    """Write the zip.

    Args:
        settings: Where the data and the runs are.
        runs: What is handed in, 1 to MOST_RUNS finished runs.
        progress: How far the student is with the lessons; it holds the answers.
        name: Who hands in, in words.
        target: The zip, or a folder that gets one named after the student and the day.
        person: The e-mail address of who has signed in, "" where nobody does.
        report: Told how far the writing is.

    Returns:
        The zip's path.

    Raises:
        UsageError: There is no name, no run or too many, one is not finished, or the zip can't be written.
    """
    name = one_line(name, LONGEST_NAME)
    if not name:
        raise UsageError("The hand-in has no name: write who you are.")
    if not 0 < len(runs) <= MOST_RUNS:
        raise UsageError(f"A hand-in has 1 to {MOST_RUNS} runs, not {len(runs)}: choose the ones that count.")
    for run in runs:
        if not (run.finished and run.usable):
            raise UsageError(f"The run {run.name} is {run.state}: hand in runs that have finished.")
    if target.suffix != ".zip":
        target = target / f"handin-{slugify(name)}-{time.strftime('%Y%m%d')}.zip"
    files = _list_files(runs)
    try:
        with whole_file(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            digests = {}
            for done, (path, source) in enumerate(files):
                report(done, len(files) + 1, "packing the runs")
                digests[path] = _add_file(archive, path, source)
            report(len(files), len(files) + 1, "writing the report")
            for path, content in _write_documents(settings, runs, progress).items():
                archive.writestr(path, content)
                digests[path] = hashlib.sha256(content).hexdigest()
            manifest = {"version": VERSION, "name": name, "person": person, "made": time.time(), "catdog": __version__}
            archive.writestr(MANIFEST, json.dumps(manifest | {"files": digests}, indent=2))
    except OSError as error:
        hint = "free some disk space" if error.errno in DISK_FULL else "choose another folder"
        raise UsageError(
            f"The hand-in can't be written to {target.parent} ({error.strerror or error}): {hint}, then try again."
        ) from error
    return target


def _write_documents(settings: Settings, runs: Sequence[Run], progress: Progress) -> dict[str, bytes]:
    names = label_runs(runs)
    documents = {
        REPORT: render_report(settings, runs, names).encode(),
        ANSWERS: json.dumps(to_json(progress), indent=2).encode(),
    }
    with suppress(RunError):  # a run whose data can't be told any more can still be handed in
        documents[NOTEBOOK] = render_notebook(runs, names, settings)
    return documents


def _list_files(runs: Sequence[Run]) -> list[tuple[str, Path]]:
    """Return (path in the zip, file) of all that is handed in of the runs."""
    pairs = [(f"runs/{run.id}/{file}", run.folder / file) for run in runs for file in RUN_FILES]
    return [(path, source) for path, source in pairs if source.is_file() and not source.is_symlink()]


def _add_file(archive: zipfile.ZipFile, path: str, source: Path) -> str:
    """Copy a file into the zip and return its SHA-256, of what was copied."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo.from_file(source, path)
    # weights hardly become smaller, and packing them takes long
    entry.compress_type = zipfile.ZIP_STORED if source.suffix == ".tflite" else zipfile.ZIP_DEFLATED
    with source.open("rb") as file, archive.open(entry, "w") as packed:
        while block := file.read(1 << 20):
            digest.update(block)
            packed.write(block)
    return digest.hexdigest()
