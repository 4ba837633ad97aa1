"""Which images of a folder or a zip are of which class and in which split: one answer, whichever way they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from catdog.datasets.class_folders import LAYOUT
from catdog.datasets.layout import Shelf, find_layout
from catdog.datasets.left_out import NO_CLASS, LeftOut, describe_left_out
from catdog.datasets.names import class_key, is_junk, label_in_name
from catdog.datasets.splits import SPLITS, assign_splits
from catdog.errors import DataError, UnconfirmedClassesError
from catdog.utils.text import one_line

ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class File(NamedTuple):
    """A file that may be part of a dataset.

    Attributes:
        parts: Its path below the folder or zip, part by part.
        fault: Why it can't be an image, one of the sorts of `catdog.datasets.left_out`; None for an image.
        claims: Whether its name ends like an image's, whatever is in it.
    """

    parts: tuple[str, ...]
    fault: tuple[str, str] | None = None
    claims: bool = False


class Row(NamedTuple):
    """Where a file belongs.

    Attributes:
        folder: The split that its folder says, "train", "validation" or "test"; "" for none.
        label: 0 or 1.
    """

    folder: str
    label: int


@dataclass(frozen=True)
class Arrangement:
    """The classes and splits of a folder or a zip.

    Attributes:
        classes: Their names: label 0 and label 1.
        base: The folders around everything.
        rows: {index of the file: where it belongs}, in the order of the files' paths below `base`. Files that only
            claim to be images have rows too.
        fakes: Indices of the files in `rows` that only claim to be images.
        left_out: The other files, apart from junk, and the fakes.
        remarks: Sentences on how the classes and splits were found, where that is not plain.
        by_name: Whether the classes are taken from the files' names, which the user should have seen.
    """

    classes: tuple[str, str]
    base: tuple[str, ...]
    rows: dict[int, Row]
    fakes: frozenset[int]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]
    by_name: bool

    @property
    def note(self) -> str:
        """What the user should know: how the classes were found, and what was left out; "" where all is plain."""
        return " ".join([*self.remarks, *filter(None, [describe_left_out(self.left_out)])])

    def check_agreed(self) -> None:
        """Raise UnconfirmedClassesError, with counts and examples, if the classes are taken from the files' names."""
        if self.by_name:
            note = self.note  # begins with how the classes were found
            raise UnconfirmedClassesError(f"There are no class folders. If you agree, {note[0].lower()}{note[1:]}")

    def columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return labels, int64 (N,); splits, str (N,); and whether each row is an image, bool (N,)."""
        labels = np.array([row.label for row in self.rows.values()], dtype=np.int64)
        splits = assign_splits(labels, np.array([row.folder for row in self.rows.values()]))
        return labels, splits, np.array([index not in self.fakes for index in self.rows])


def arrange(files: Sequence[File], where: str, left_out: tuple[LeftOut, ...] = ()) -> Arrangement:
    """Find the classes and splits of a folder's or a zip's files, from their names and what they are alone.

    Two class folders; or train/, validation/ and test/ (whatever they are called) with the same two class folders in
    each; or images named after their class, such as cat.0.jpg and dog.0.jpg. Any of these may lie in further folders,
    and class folders may have further folders in them.

    Args:
        files: All files, in any order.
        where: What the files are in, as a sentence begins: "The zip", "The folder /data/pets".
        left_out: What was left out before, to be counted with the rest.

    Raises:
        DataError: If that gives no two classes, or too few images of one to split.
    """
    seen = {index: file for index, file in enumerate(files) if file.parts and not is_junk(file.parts)}
    images = [file.parts for file in seen.values() if file.fault is None]
    if not images:
        everything = list(seen.values())
        refusal = f"{where} has {_describe_no_images(everything)}: {LAYOUT}."
        raise DataError(" ".join(filter(None, [refusal, _describe_fakes(everything)])))
    try:
        layout = find_layout(images, where)
    except DataError as error:
        raise DataError(" ".join(filter(None, [str(error), _describe_fakes(list(seen.values()))]))) from error
    rows, fakes, others = {}, set(), list(left_out)
    for index, file in sorted(seen.items(), key=lambda item: "/".join(item[1].parts)):
        row = _find_row(file.parts, layout.shelves) if file.fault is None or file.claims else None
        if row is not None:
            rows[index] = row
        if file.fault is not None:
            others.append(LeftOut(file.fault, "/".join(file.parts)))
            if row is not None:
                fakes.add(index)
        elif row is None:
            others.append(LeftOut(NO_CLASS, _name_left_out(file.parts, layout.shelves)))
    arrangement = Arrangement(
        layout.classes, layout.base, rows, frozenset(fakes), tuple(others), layout.remarks, layout.by_name
    )
    _check_counts(arrangement, where)
    return arrangement


def label_paths(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the name of the class that each image's path says: its class folder, or its file's name.

    Args:
        paths: The images of a zip, part by part.

    Returns:
        A name for each; where the paths are not those of two classes, the folder that the image lies in, "" for none.
    """
    try:
        layout = find_layout(list(paths), "The zip")
    except DataError:
        return [path[-2] if len(path) > 1 else "" for path in paths]
    rows = [_find_row(path, layout.shelves) for path in paths]
    return ["" if row is None else layout.classes[row.label] for row in rows]


def _find_row(parts: tuple[str, ...], shelves: dict[tuple[str, ...], Shelf]) -> Row | None:
    """Return where a file belongs by the innermost shelf around it, None where there is none."""
    for depth in range(len(parts) - 1, -1, -1):
        shelf = shelves.get(parts[:depth])
        if shelf is None:
            continue
        if shelf.label is not None:
            return Row(shelf.folder, shelf.label)
        key = class_key(label_in_name(parts[-1]))
        on_shelf = depth == len(parts) - 1 and key in shelf.keys
        return Row(shelf.folder, shelf.keys.index(key)) if on_shelf else None
    return None


def _name_left_out(parts: tuple[str, ...], shelves: dict[tuple[str, ...], Shelf]) -> str:
    """Return an image's path, or the outermost of its folders that has no part of the dataset in it."""
    for depth in range(1, len(parts)):
        if not any(shelf[:depth] == parts[:depth] for shelf in shelves):
            return "/".join(parts[:depth]) + "/"
    return "/".join(parts)


def _describe_fakes(files: list[File]) -> str:
    fakes = sorted("/".join(file.parts) for file in files if file.claims and file.fault is not None)
    count = "1 file is" if len(fakes) == 1 else f"{len(fakes):,} files are"
    return f"{count} named like images but no images ({one_line(fakes[0])})." if fakes else ""


def _describe_no_images(files: list[File]) -> str:
    archives = sorted(file.parts[-1] for file in files if file.parts[-1].lower().endswith(ARCHIVES))
    return f"no images in it but other archives ({one_line(archives[0])})" if archives else "no images in it"


def _check_counts(arrangement: Arrangement, where: str) -> None:
    """Raise DataError where a class would have no image in a split."""
    labels, splits, real = arrangement.columns()
    for split in SPLITS:
        for label, name in enumerate(arrangement.classes):
            if not ((splits == split) & (labels == label) & real).any():
                raise DataError(
                    f"{where} has too few images of {one_line(name)}: none is left for the {split} set, so add more "
                    "of them (20 of each class is the least that makes sense)."
                )
