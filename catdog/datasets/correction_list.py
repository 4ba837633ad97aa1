"""The list of what people have decided about the labels of a dataset, and the file that holds it."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catdog.errors import DataError
from catdog.utils.files import read_json, write_json

WHAT = "The list of corrected labels"
LATEST = 1e11  # seconds since 1970


@dataclass(frozen=True)
class Correction:
    """What a person decided about the label of an image: that it is another one, or that it is right.

    Attributes:
        path: The image, as in the catalog.
        old: The class that its file says.
        new: The class that the person says; the same where the label was looked at and kept.
        digest: 16 hex digits of the SHA-256 of its content.
        by: The person's e-mail address, "" where nobody signs in and on the command line.
        time: When, in seconds since 1970.
    """

    path: str
    old: str
    new: str
    digest: str
    by: str = ""
    time: float = 0.0

    @property
    def changes(self) -> bool:
        """Whether it changes the label."""
        return self.new != self.old


@dataclass(frozen=True)
class Corrections:
    """All that was decided about the labels of a dataset.

    Attributes:
        present: Of images that the dataset has, by path.
        absent: Of images that were removed or changed since, by path; they have no effect.
    """

    present: tuple[Correction, ...] = ()
    absent: tuple[Correction, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The sorted paths of the images whose label is another one than their file says."""
        return tuple(correction.path for correction in self.present if correction.changes)


def describe_absent(corrections: Corrections) -> str:
    """Return a sentence about the corrections of images that are gone, "" for none."""
    count = len(corrections.absent)
    if not count:
        return ""
    what = "1 correction is" if count == 1 else f"{count:,} corrections are"
    return f"{what} kept for images that were removed or changed; they count again once the same images are back."


def write_corrections(
    file: Path, source: str, entries: Mapping[str, Correction], absent: Iterable[Correction]
) -> Corrections:
    """Write the list and return it: the entries by path, those without effect as they are.

    The file names every source with this content, so that each goes on with the list once its files change.
    """
    sources = {source, *((read_json(file) or {}).get("sources") or ())}
    corrections = Corrections(tuple(entries[path] for path in sorted(entries)), tuple(absent))
    write_json(file, {"sources": sorted(sources), "changed": time.time(), **asdict(corrections)})
    return corrections


def read_corrections(file: Path) -> Corrections:
    """Return the list in a file, an empty one where there is none.

    Raises:
        DataError: If it is damaged.
    """
    try:
        if not file.exists():
            return Corrections()
        values = read_json(file) or {}
        return Corrections(*(tuple(map(_parse, values[name])) for name in ("present", "absent")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{WHAT} {file} is damaged: repair it, or delete it to go back to the labels of the files."
        ) from error


def _parse(values: dict[str, Any]) -> Correction:
    correction = Correction(**values)
    texts = (correction.path, correction.old, correction.new, correction.digest, correction.by)
    if not all(isinstance(text, str) for text in texts) or not 0 <= correction.time <= LATEST:
        raise ValueError(f"no correction: {values}")
    return correction
