"""The catalog of a dataset: which images there are, of which class, in which split."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from catdog.datasets.splits import SPLITS, TRAINING, split_given_folders, split_stratified
from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.utils.text import join_names

LAYOUT = "it needs two class folders, or train/ and validation/ with the same two class folders in each"


@dataclass(frozen=True, eq=False)
class Catalog:
    """All images of one dataset, in a fixed order.

    Attributes:
        source: "photos", "drawn" or the absolute path of a folder.
        root: The folder that `paths` are relative to.
        classes: The two class folders' names in alphabetical order: label 0 and label 1.
        paths: Relative paths with "/", sorted.
        labels: int64 (N,), 0 or 1.
        splits: str (N,), each of SPLITS, or EXCLUDED of `catdog.datasets.exclusions`.
        fingerprint: 16 hex digits, a digest of the files' names and contents.
        note: A sentence that the user should know, or "".
        name: What a user dataset is called; "" for every other source.
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
        return f"{count:,} pictures of {' and '.join(self.classes)} from {origin}"

    def keep(self, rows: np.ndarray, note: str = "") -> "Catalog":
        """Return the catalog of some rows only.

        Args:
            rows: Rows to keep, int (M,), ascending.
            note: A sentence that is added to the catalog's note.

        Raises:
            DataError: If a class then has no image in a split.
        """
        kept = replace(
            self,
            paths=tuple(self.paths[row] for row in rows),
            labels=self.labels[rows],
            splits=self.splits[rows],
            note=" ".join(filter(None, (self.note, note))),
        )
        return check_catalog(kept, "readable pictures")


def scan_folder(source: str, root: Path) -> Catalog:
    """Build the catalog of a folder: two class folders, or train/ and validation/ with the same two in each.

    Only files with an image suffix count. Hidden files and names that are not UTF-8 are left out.

    Args:
        source: What the catalog's source is called.
        root: The folder.

    Raises:
        DataError: If the folder is missing, unreadable or empty, has not exactly two classes, or has too few images
            to give each class some in each split.
    """
    try:
        if not root.is_dir():
            raise DataError(f"There is no folder {root}: check its name.")
        return _scan(source, root)
    except OSError as error:
        raise DataError(
            f"The folder {root} can't be read ({error.strerror or error}): check its permissions."
        ) from error


def _scan(source: str, root: Path) -> Catalog:
    has_train, has_validation = (root / "train").is_dir(), (root / "validation").is_dir()
    given = has_train and has_validation
    tops = [root / "train", root / "validation"] if given else [root]
    names = [_class_folders(top) for top in tops]
    if len(names[0]) != 2 or any(classes != names[0] for classes in names):
        content = _describe_classes(names[0])
        if given and names[0] != names[1]:
            content = f"{content} in train/ but {_describe_classes(names[1])} in validation/"
        elif has_train != has_validation:
            content = "train/ but no validation/" if has_train else "validation/ but no train/"
        raise DataError(f"The folder {root} has {content}: {LAYOUT}.")
    files = sorted(
        (path.relative_to(root).as_posix(), label, position == 0)
        for position, top in enumerate(tops)
        for label, name in enumerate(names[0])
        for path in _list_images(top / name)
    )
    labels = np.array([label for _, label, _ in files], dtype=np.int64)
    training = np.array([first for _, _, first in files], dtype=bool)
    paths = tuple(path for path, _, _ in files)
    return check_catalog(
        Catalog(
            source=source,
            root=root,
            classes=(names[0][0], names[0][1]),
            paths=paths,
            labels=labels,
            splits=split_given_folders(labels, training) if given else split_stratified(labels),
            fingerprint=fingerprint_files(root, paths),
        )
    )


def check_catalog(catalog: Catalog, kind: str = "pictures") -> Catalog:
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
                raise DataError(
                    f"The folder {catalog.root} has too few {kind} of {name}: none is left for the {split} set, "
                    "so add more of them (20 of each class is the least that makes sense)."
                )
    return catalog


def fingerprint_files(root: Path, paths: Iterable[str]) -> str:
    """Return a digest of files' names and contents that is the same on every machine.

    Args:
        root: The folder that the paths are relative to.
        paths: Relative paths with "/"; their order counts.

    Returns:
        The first 16 hex digits of a SHA-256; an unreadable file counts with its name only.
    """

    def digest(path: str) -> bytes:
        try:
            with (root / path).open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
        except OSError:
            content = b"unreadable"
        return path.encode() + b"\0" + content

    whole = hashlib.sha256()
    with ThreadPoolExecutor() as threads:
        for part in threads.map(digest, paths):
            whole.update(part)
    return whole.hexdigest()[:16]


def _class_folders(top: Path) -> list[str]:
    """Return the names, sorted, of the folders directly in `top` that hold an image."""
    return sorted(
        path.name for path in top.iterdir() if _usable_name(path) and path.is_dir() and any(_list_images(path))
    )


def _list_images(folder: Path) -> Iterator[Path]:
    """Yield the image files directly in `folder`, in no order."""
    return (
        path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and _usable_name(path) and path.is_file()
    )


def _usable_name(path: Path) -> bool:
    """Return whether a name is not hidden and can be encoded as UTF-8, as run folders and pages need."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return False
    return not path.name.startswith(".")


def _describe_classes(classes: list[str]) -> str:
    if not classes:
        return "no class folder with pictures"
    if len(classes) == 1:
        return f"only the class folder {classes[0]}"
    more = [f"{len(classes) - 5} more"] if len(classes) > 6 else []
    return f"the class folders {join_names(classes[:5] + more if more else classes)}"
