"""The zip of an exported model, kept in the run folder as exports/FORMAT-DIGEST.zip."""

import hashlib
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catdog import __version__
from catdog.errors import RunError
from catdog.export.formats import ExportFormat
from catdog.utils.files import digest_file, whole_file
from catdog.utils.schema import Schema, number, sift, text, whole

if TYPE_CHECKING:
    from catdog.runs import Run

FOLDER = "exports"
CARD = "model_card.md"
CHECK: Schema = {
    "words": text(1000, of_files=True),
    **dict.fromkeys(("pictures", "changed"), whole(0, 10**9)),
    **dict.fromkeys(("largest", "average", "tolerance"), number(0, 1)),
}
_REVISION = 2  # raise it when the same model is packed in another way, so that zips made before are made anew
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold: the same content then gives the same bytes


@dataclass(frozen=True)
class ExportCheck:
    """How an exported model's predictions differ from those of model.tflite, kept as JSON in the zip's comment.

    Attributes:
        words: The images compared on, in words.
        pictures: How many images.
        largest: Largest difference in probability, 0..1.
        average: Mean difference in probability, 0..1.
        changed: For how many images the predicted class differs.
        tolerance: Largest difference in probability that was allowed.
    """

    words: str
    pictures: int
    largest: float
    average: float
    changed: int
    tolerance: float


def download_name(run: "Run", file_format: ExportFormat) -> str:
    """Return the name of the zip for a download or another folder."""
    return f"{run.id}-{file_format.name}.zip"


def find_export(run: "Run", file_format: ExportFormat, cache: Path) -> Path | None:
    """Return the zip of a run as it is now, None where it has not been made.

    Contents are compared, since times may be those of another machine's clock. A file is read once and then only if it
    was replaced or changed.

    Args:
        run: A finished run.
        file_format: Format of the model.
        cache: Folder with what tells images of another kind, see `catdog.features.novelty`.
    """
    if not _list_zips(run, file_format):
        return None
    try:
        path = package_path(run, file_format, cache)
    except RunError:  # something has just been deleted
        return None
    return path if path.is_file() else None


def read_check(path: Path) -> ExportCheck:
    """Return the check of the model in a zip.

    Raises:
        RunError: The zip is damaged.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            kept, faults = sift(json.loads(zipped.comment), CHECK)
        if faults:
            raise ValueError(faults[0])
        return ExportCheck(**kept)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile) as error:
        raise RunError(f"The exported file {path} is damaged: delete it and export again.") from error


def package_path(run: "Run", file_format: ExportFormat, cache: Path) -> Path:
    """Return the path of the zip of a run as it is now, whether or not the zip exists; arguments as for `find_export`.

    The digest in its name is a SHA-256 of the library's version, of _REVISION, of the run's model, predictions, scores
    and settings, and of what tells images of another kind.

    Raises:
        RunError: A file of the run is missing or can't be read.
    """
    digest = hashlib.sha256(f"{__version__}/{_REVISION}".encode())
    try:
        for path in _list_sources(run):
            if path == run.files.config:  # a note does not change what is exported
                details = {name: value for name, value in run.details.items() if name != "note"}
                digest.update(json.dumps(details, sort_keys=True).encode())
            else:
                digest.update(digest_file(path).encode())
        from catdog.features.novelty import list_detectors  # help on the command must not wait for NumPy

        for path in list_detectors(run.fingerprint, cache):
            digest.update(digest_file(path).encode())
    except OSError as error:
        raise RunError(
            f"The run {run.name} lacks a file that its model needs ({Path(error.filename or '').name}: "
            f"{error.strerror}): train it again."
        ) from error
    return run.folder / FOLDER / f"{file_format.name}-{digest.hexdigest()[:12]}.zip"


def write_package(folder: Path, target: Path, check: ExportCheck) -> None:
    """Write all files of a folder into a zip, and read it again.

    Args:
        folder: Folder whose files to take.
        target: The zip; it appears only when it is complete.
        check: The check of the model, for the zip's comment.

    Raises:
        RunError: What was written can't be read back.
    """
    with whole_file(target, make_folder=False) as temporary:
        with zipfile.ZipFile(temporary, "w") as zipped:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
                entry.external_attr = 0o644 << 16
                # weights hardly get smaller, and compressing 85 MB takes seconds
                entry.compress_type = (
                    zipfile.ZIP_DEFLATED if path.suffix in (".md", ".py", ".txt") else zipfile.ZIP_STORED
                )
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, zipped.open(entry, "w") as copy:
                    while part := source.read(1 << 20):
                        copy.write(part)
            zipped.comment = json.dumps(asdict(check)).encode()
        with zipfile.ZipFile(temporary) as zipped:
            if zipped.testzip() is not None:
                raise RunError(
                    "The exported file could not be read back and was not kept: check the disk, then try again."
                )


def delete_outdated(run: "Run", file_format: ExportFormat, keep: Path) -> None:
    """Delete the zips of a format that an earlier state of the run left."""
    for path in _list_zips(run, file_format):
        if path != keep:
            path.unlink(missing_ok=True)


def _list_zips(run: "Run", file_format: ExportFormat) -> list[Path]:
    return list((run.folder / FOLDER).glob(f"{file_format.name}-*.zip"))


def _list_sources(run: "Run") -> tuple[Path, ...]:
    files = run.files
    return files.model, files.tflite, files.evaluation, files.predictions, files.config
