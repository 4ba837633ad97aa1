"""The zip in which a model is taken away, kept in the run folder: exports/FORMAT-DIGEST.zip."""

import hashlib
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catdog import __version__
from catdog.errors import RunError
from catdog.export.formats import ExportFormat
from catdog.utils.files import whole_file

if TYPE_CHECKING:
    from catdog.runs import Run

FOLDER = "exports"
CARD = "model_card.md"
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip knows: the same content then gives the same bytes


@dataclass(frozen=True)
class ExportCheck:
    """How the answers of an exported model compared with those of model.tflite.

    words: on which pictures; pictures: how many; largest, average: difference in probability; changed: how many
    pictures were given another class; tolerance: the largest difference that was allowed.
    """

    words: str
    pictures: int
    largest: float
    average: float
    changed: int
    tolerance: float


def download_name(run: "Run", form: ExportFormat) -> str:
    """Return what the zip is called where it is taken to."""
    return f"{run.id}-{form.name}.zip"


def find_export(run: "Run", form: ExportFormat) -> Path | None:
    """Return the zip of this format, or None if there is none that is newer than all that went into it.

    A quick look that reads no file, for pages; `export` looks at the contents.
    """
    try:
        made = {path: path.stat().st_mtime_ns for path in _zips(run, form)}
        changed = max(path.stat().st_mtime_ns for path in _sources(run))
    except OSError:  # something has just been deleted
        return None
    newest = max(made, key=made.__getitem__, default=None)
    return newest if newest is not None and made[newest] >= changed else None


def read_check(package: Path) -> ExportCheck:
    """Return how the model in a zip compared when it was made; raise RunError if the zip is damaged."""
    try:
        with zipfile.ZipFile(package) as zipped:
            return ExportCheck(**json.loads(zipped.comment))
    except (OSError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise RunError(f"The exported file {package} is damaged: delete it and export again.") from error


def package_path(run: "Run", form: ExportFormat) -> Path:
    """Return where the zip of what the run's files hold now belongs; raise RunError where they can't be read."""
    digest = hashlib.sha256(__version__.encode())
    try:
        for path in _sources(run):
            if path == run.files.config:  # a note does not change what is exported
                known = {name: value for name, value in run.details.items() if name != "note"}
                digest.update(json.dumps(known, sort_keys=True).encode())
                continue
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise RunError(
            f"The run {run.name} lacks a file that its model needs ({Path(error.filename or '').name}: "
            f"{error.strerror}): train it again."
        ) from error
    return run.folder / FOLDER / f"{form.name}-{digest.hexdigest()[:12]}.zip"


def write_package(folder: Path, target: Path, found: ExportCheck) -> None:
    """Write all of `folder` into the zip `target`, whole, and read it again; raise RunError if that fails."""
    with whole_file(target) as temporary:
        with zipfile.ZipFile(temporary, "w") as zipped:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
                entry.external_attr = 0o644 << 16
                # weights hardly shrink, and deflating 85 MB takes seconds
                entry.compress_type = (
                    zipfile.ZIP_DEFLATED if path.suffix in (".md", ".py", ".txt") else zipfile.ZIP_STORED
                )
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, zipped.open(entry, "w") as copy:
                    while part := source.read(1 << 20):
                        copy.write(part)
            zipped.comment = json.dumps(asdict(found)).encode()
        with zipfile.ZipFile(temporary) as zipped:
            if zipped.testzip() is not None:
                raise RunError(
                    "The exported file could not be read back and was not kept: check the disk, then try again."
                )


def delete_outdated(run: "Run", form: ExportFormat, keep: Path) -> None:
    """Remove the zips of this format that an earlier state of the run left."""
    for path in _zips(run, form):
        if path != keep:
            path.unlink(missing_ok=True)


def _zips(run: "Run", form: ExportFormat) -> list[Path]:
    return list((run.folder / FOLDER).glob(f"{form.name}-*.zip"))


def _sources(run: "Run") -> tuple[Path, ...]:
    files = run.files
    return files.model, files.tflite, files.evaluation, files.predictions, files.config
