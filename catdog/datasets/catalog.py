"""The catalog of a dataset: which images there are, of which class, in which split."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from catdog.datasets.arrange import arrange
from catdog.datasets.splits import SPLITS, TRAINING
from catdog.datasets.walk import read_folder, unreadable_folder
from catdog.errors import DataError, ImageError
from catdog.images.decode import load_image


@dataclass(frozen=True, eq=False)
class Catalog:
    """All images of one dataset, in a fixed order.

    Attributes:
        source: "photos", "drawn" or the absolute path of a folder.
        root: The folder that `paths` are relative to.
        classes: The two classes' names in alphabetical order: label 0 and label 1.
        paths: Relative paths with "/", sorted.
        labels: int64 (N,), 0 or 1.
        splits: str (N,), each of SPLITS, or EXCLUDED of `catdog.datasets.exclusions`.
        fingerprint: 16 hex digits, a digest of the files' names and contents.
        note: A sentence that the user should know, or "".
        name: What a user dataset is called; "" for every other source.
        skipped: (path, reason) of each file that lies among the images, is called like one and can't be read.
        corrected: Sorted paths of the images whose label is not that of the files, see `catdog.datasets.corrections`.
    """

    source: str
    root: Path
    classes: tuple[str, str]
    paths: tuple[str, ...]
    labels: np.ndarray
    splits: np.ndarray
    fingerprint: str
    note: str = ""
    name: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    corrected: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.paths)

    def indices(self, split: str | None = None, label: int | None = None) -> np.ndarray:
        """Return the rows of a split, a label or both, int64 ascending; all rows without either."""
        selected = np.ones(len(self), dtype=bool)
        if split is not None:
            selected &= self.splits == split
        if label is not None:
            selected &= self.labels == label
        return np.flatnonzero(selected)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return {split: {class name: number of images}}."""
        return {
            split: {name: len(self.indices(split, label)) for label, name in enumerate(self.classes)}
            for split in SPLITS
        }

    @property
    def version(self) -> str:
        """What tells this content with these labels from any other, such as in the name of what is cached."""
        return "-".join(filter(None, (self.fingerprint, digest_paths(self.corrected))))

    @property
    def baseline(self) -> float:
        """Share of the most frequent class in training, 0 to 1: the accuracy of always guessing that class."""
        training = self.labels[self.indices(TRAINING)]
        return float(np.bincount(training, minlength=2).max() / len(training))

    @property
    def title(self) -> str:
        """One phrase that says which data this is, and how many images."""
        count = sum(len(self.indices(split)) for split in SPLITS)  # of all but those that are excluded
        if self.source == "photos":
            return f"{count:,} photos of {' and '.join(self.classes)}"
        if self.source == "drawn":
            return f"{count:,} drawn {' and '.join(self.classes)} (drawings, not photos)"
        origin = self.name or f"the folder {Path(self.source).name}"
        return f"{count:,} images of {' and '.join(self.classes)} from {origin}"

    def keep(self, rows: np.ndarray, note: str = "") -> "Catalog":
        """Return the catalog of some rows only.

        Args:
            rows: Rows to keep, int (M,), ascending.
            note: A sentence that is added to the catalog's note.

        Raises:
            DataError: If a class then has no image in a split.
        """
        paths = tuple(self.paths[row] for row in rows)
        kept = replace(
            self,
            paths=paths,
            corrected=tuple(sorted(set(self.corrected).intersection(paths))) if self.corrected else (),
            labels=self.labels[rows],
            splits=self.splits[rows],
            note=" ".join(filter(None, (self.note, note))),
        )
        return check_catalog(kept, "readable images")


def scan_folder(source: str, root: Path) -> Catalog:
    """Build the catalog of a folder, laid out in any way that `catdog.datasets.arrange` knows.

    What a file is, its first bytes say. Hidden files, and what systems put beside photos, are passed over; all else
    that does not become part of the catalog is counted and named in its note.

    Args:
        source: What the catalog's source is called.
        root: The folder. The catalog's root is a folder in it where all images lie in one.

    Raises:
        DataError: If the folder is missing, unreadable or empty, has not exactly two classes, or has too few images
            to give each class some in each split.
    """
    try:
        if not root.is_dir():
            raise DataError(f"There is no folder {root}: check its name.")
        listing = read_folder(root)
    except OSError as error:
        raise unreadable_folder(root, error) from error
    arrangement = arrange(listing.files, f"The folder {root}", tuple(listing.left_out))
    labels, splits, readable = arrangement.columns()
    base = len(arrangement.base)
    paths = tuple("/".join(listing.files[index].parts[base:]) for index in arrangement.rows)
    whole = Catalog(
        source=source,
        root=root.joinpath(*arrangement.base),
        classes=arrangement.classes,
        paths=paths,
        labels=labels,
        splits=splits,
        fingerprint=digest_files(paths, [listing.digests[index] for index in arrangement.rows]),
    )
    # files that only claim to be images count in fingerprint and splits, as they did before their content was read
    fakes = [paths[row] for row in np.flatnonzero(~readable)]
    skipped = tuple((path, find_fault(whole.root / path) or "") for path in fakes)
    return replace(whole, skipped=skipped).keep(np.flatnonzero(readable), arrangement.note)


def find_fault(path: Path) -> str | None:
    """Return why the image at `path` can't be read, None if it can."""
    try:
        load_image(path)
    except ImageError as error:
        return str(error)
    return None


def check_catalog(catalog: Catalog, kind: str = "images") -> Catalog:
    """Return the catalog if each class has images in each split.

    Args:
        catalog: The catalog to check.
        kind: What the error calls the images that are too few.

    Raises:
        DataError: If a class has no image in a split.
    """
    for split, classes in catalog.counts().items():
        for name, count in classes.items():
            if count == 0:
                where = f"The photo set {catalog.name}" if catalog.name else f"The folder {catalog.root}"
                raise DataError(
                    f"{where} has too few {kind} of {name}: none is left for the {split} set, "
                    "so add more of them (20 of each class is the least that makes sense)."
                )
    return catalog


def digest_files(paths: Iterable[str], digests: Iterable[bytes]) -> str:
    """Return the fingerprint of files' names and contents, which is the same on every machine.

    Args:
        paths: Relative paths with "/"; their order counts.
        digests: The SHA-256 of each file's content.

    Returns:
        The first 16 hex digits of a SHA-256.
    """
    whole = hashlib.sha256()
    for path, digest in zip(paths, digests, strict=True):
        whole.update(path.encode() + b"\0" + digest)
    return whole.hexdigest()[:16]


def digest_paths(paths: Iterable[str]) -> str:
    """Return 16 hex digits that tell one set of paths from another, in any order; "" for no paths."""
    names = sorted(paths)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16] if names else ""
