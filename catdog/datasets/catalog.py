"""The catalog: which photos there are, of which class, in which split."""

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
    """All pictures of one data set, in a fixed order.

    source: "photos", "drawn" or the absolute path of a folder; root: the folder that `paths` start from;
    classes: folder names in alphabetical order, so label 0 and label 1; paths: relative, with "/", sorted;
    labels: int64 (N,); splits: str (N,), one of SPLITS; fingerprint: hex digest of names and contents;
    note: one sentence that the user should know, or ""; name: what an added set is called, "" of all others.
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
        return len(self.paths)

    def indices(self, split: str | None = None, label: int | None = None) -> np.ndarray:
        """Return the rows, int64 ascending, of one split or one label or both; all rows without either."""
        wanted = np.ones(len(self), dtype=bool)
        if split is not None:
            wanted &= self.splits == split
        if label is not None:
            wanted &= self.labels == label
        return np.flatnonzero(wanted)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return {split: {class name: number of pictures}}."""
        return {
            split: {name: len(self.indices(split, label)) for label, name in enumerate(self.classes)}
            for split in SPLITS
        }

    @property
    def baseline(self) -> float:
        """Share of the most frequent class in training: the accuracy of always guessing that class."""
        training = self.labels[self.indices(TRAINING)]
        return float(np.bincount(training, minlength=2).max() / len(training))

    @property
    def title(self) -> str:
        """Which data this is, in words."""
        number = sum(len(self.indices(split)) for split in SPLITS)  # of all but those that are excluded
        if self.source == "photos":
            return f"{number:,} photos of {' and '.join(self.classes)}"
        if self.source == "drawn":
            return f"{number:,} drawn {' and '.join(self.classes)} (drawings, not photos)"
        where = self.name or f"the folder {Path(self.source).name}"
        return f"{number:,} pictures of {' and '.join(self.classes)} from {where}"

    def keep(self, rows: np.ndarray, note: str = "") -> "Catalog":
        """Return the catalog of these rows only; raise DataError where a class or a split then is empty."""
        kept = replace(
            self,
            paths=tuple(self.paths[row] for row in rows),
            labels=self.labels[rows],
            splits=self.splits[rows],
            note=" ".join(filter(None, (self.note, note))),
        )
        return check_catalog(kept, "readable pictures")


def scan_folder(source: str, root: Path) -> Catalog:
    """Build the catalog of the folder `root`: two class folders, or train/ and validation/ with two each.

    Only files with a picture's suffix count; hidden files, and names that are not UTF-8, are left out. Raises
    DataError, naming the folder and what was found, for a folder that is missing, empty or not to be read, for one
    class only, for more than two, and for too few pictures.
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
    if len(names[0]) != 2 or any(found != names[0] for found in names):
        found = _in_words(names[0])
        if given and names[0] != names[1]:
            found = f"{found} in train/ but {_in_words(names[1])} in validation/"
        elif has_train != has_validation:
            found = "train/ but no validation/" if has_train else "validation/ but no train/"
        raise DataError(f"The folder {root} has {found}: {LAYOUT}.")
    files = sorted(
        (path.relative_to(root).as_posix(), label, position == 0)
        for position, top in enumerate(tops)
        for label, name in enumerate(names[0])
        for path in _pictures(top / name)
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
            fingerprint=fingerprint(root, paths),
        )
    )


def check_catalog(catalog: Catalog, kind: str = "pictures") -> Catalog:
    """Return the catalog if each class has pictures in each split; raise DataError, calling them `kind`, otherwise."""
    for split, classes in catalog.counts().items():
        for name, number in classes.items():
            if number == 0:
                raise DataError(
                    f"The folder {catalog.root} has too few {kind} of {name}: none is left for the {split} set, "
                    "so add more of them (20 of each class is the least that makes sense)."
                )
    return catalog


def fingerprint(root: Path, paths: Iterable[str]) -> str:
    """Return a hex digest of the names and contents of these files; the same on every machine."""

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
    """Return the names, sorted, of the folders directly under `top` that hold a picture."""
    return sorted(path.name for path in top.iterdir() if _usable_name(path) and path.is_dir() and any(_pictures(path)))


def _pictures(folder: Path) -> Iterator[Path]:
    """Yield the picture files directly in `folder`, in no order."""
    return (
        path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and _usable_name(path) and path.is_file()
    )


def _usable_name(path: Path) -> bool:
    """Return whether a file or folder may take part: not hidden, and one that run folders and pages can write down."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return False
    return not path.name.startswith(".")


def _in_words(classes: list[str]) -> str:
    if not classes:
        return "no class folder with pictures"
    if len(classes) == 1:
        return f"only the class folder {classes[0]}"
    more = [f"{len(classes) - 5} more"] if len(classes) > 6 else []
    return f"the class folders {join_names(classes[:5] + more if more else classes)}"
