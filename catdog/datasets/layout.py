"""The layout of a dataset's images: which folders are its classes and splits, found from paths alone."""

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from catdog.datasets.class_folders import (
    LAYOUT,
    ClassFolders,
    Path,
    describe_other,
    group_by_folder,
    read_classes,
    read_folders,
    read_names,
    unwrap,
)
from catdog.datasets.names import OTHER, TEST, TRAIN, VALIDATION, class_key, is_container, split_role
from catdog.errors import DataError
from catdog.utils.class_names import find_class, map_classes
from catdog.utils.text import join_names, one_line

SPLIT_FOLDERS = (TRAIN, VALIDATION, TEST)


class Shelf(NamedTuple):
    """What the images in a folder are.

    Attributes:
        folder: The split that the folder says: "train", "validation" or "test"; "" for none.
        label: 0 or 1; None where each image's name says it.
        keys: Where it does, the class keys of label 0 and 1, see `catdog.datasets.names.class_key`.
    """

    folder: str
    label: int | None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The folders of a dataset.

    Attributes:
        base: The folders around everything.
        classes: Names of the two classes.
        shelves: {path of a folder: what its images are}.
        remarks: Sentences on how this was found, where that is not plain.
        by_name: Whether the classes are taken from the files' names.
    """

    base: Path
    classes: tuple[str, str]
    shelves: dict[Path, Shelf]
    remarks: tuple[str, ...]
    by_name: bool


def find_layout(images: list[Path], where: str) -> Layout:
    """Find the classes and splits of images.

    Args:
        images: Their paths, part by part; at least one.
        where: What the images are in, as a sentence begins: "The zip", "The folder /data/pets".

    Raises:
        DataError: If there are not exactly two classes.
    """
    base, below = unwrap(images)
    while wrapper := _find_wrapper(tops := group_by_folder(below)):
        inner, below = unwrap(tops[wrapper])
        base = (*base, wrapper, *inner)
    sections = {top: read_classes(paths) for top, paths in tops.items() if split_role(top) in SPLIT_FOLDERS}
    trains = [top for top, section in sections.items() if split_role(top) == TRAIN and section.whole]
    shelves: dict[Path, Shelf] = {}
    if _is_split_in_classes(tops):
        main = read_folders(list(tops))
        splits = {(label, top, path[0]) for label, top in enumerate(main.ordered) for path in tops[top]}
        shelves = {(top, split): Shelf(split_role(split), label) for label, top, split in splits}
    elif trains:
        main = sections[trains[0]]
    else:
        main = _read_top(below, tops, sections, base, where)
        shelves = _shelve(main, "", main)
    for top, section in sections.items():
        if (top,) not in shelves and _fits(section, main, where, top, trains):
            shelves |= {(top, *path): shelf for path, shelf in _shelve(section, split_role(top), main).items()}
    splits, remarks = _settle_splits(shelves, main)
    first, second = (unicodedata.normalize("NFC", name) for name in main.ordered)
    placed = {(*base, *path): shelf._replace(folder=splits[shelf.folder]) for path, shelf in shelves.items()}
    return Layout(_common_folder(list(placed)), (first, second), placed, remarks, bool(main.examples))


def _common_folder(paths: list[Path]) -> Path:
    """Return the innermost folder around all of some folders, or the only one itself."""
    first, last = min(paths), max(paths)
    same = [folder == other for folder, other in zip(first, last, strict=False)]
    return first[: same.index(False) if False in same else len(same)]


def _find_wrapper(tops: dict[str, list[Path]]) -> str | None:
    """Return the folder that has the whole dataset in it, beside others with samples or copies; None for none."""
    plain = [top for top in tops if not split_role(top)]
    beside = [top for top in tops if split_role(top)]
    with_splits = [top for top in plain if _has_training(tops[top])]
    if len(with_splits) == 1 and not any(split_role(top) == TRAIN for top in beside):
        return with_splits[0]
    unlabelled = all(split_role(top) in (TEST, OTHER) and all(len(path) == 1 for path in tops[top]) for top in beside)
    if len(plain) != 1 or not beside or not unlabelled:
        return None
    inside = tops[plain[0]]
    is_whole = all(len(path) > 1 for path in inside) or (is_container(plain[0]) and read_classes(inside).whole)
    return plain[0] if is_whole else None


def _has_training(paths: list[Path]) -> bool:
    """Return whether a folder has one for training in it, with two classes."""
    return any(split_role(top) == TRAIN and read_classes(below).whole for top, below in group_by_folder(paths).items())


def _is_split_in_classes(tops: dict[str, list[Path]]) -> bool:
    """Return whether there are two class folders, each with train/ and the same splits in it, and nothing else."""
    roles = [{split_role(path[0]) if len(path) > 1 else "" for path in paths} for paths in tops.values()]
    plain = len(tops) == 2 and not any(split_role(top) or is_container(top) for top in tops)
    return plain and roles[0] == roles[1] and TRAIN in roles[0] <= set(SPLIT_FOLDERS)


def _read_top(
    below: list[Path], tops: dict[str, list[Path]], sections: dict[str, ClassFolders], base: Path, where: str
) -> ClassFolders:
    """Return the classes that the top folders are or, without such folders, that the files beside them say."""
    plain = [top for top in tops if not split_role(top)]
    if len(plain) == 3:  # a copy of the two others in a folder of its own is no third class
        keys = {top: {class_key(other) for other in plain if other != top} for top in plain}
        plain = [top for top in plain if set(read_classes(tops[top]).names) != keys[top]]
    if len(plain) == 1 and len(tops) == 2 and not any(section.whole for section in sections.values()):
        plain = list(tops)  # one class is called like a split, such as "train" beside "car"
    if len(plain) == 2 and (folders := read_folders(plain)).whole:
        return folders
    direct = [path[0] for path in below if len(path) == 1]
    named = read_names(direct)
    if named.whole and (not plain or 2 * len(direct) > len(below)):
        return named
    raise DataError(f"{where} has {describe_other(plain, tops, sections, named, base)}: {LAYOUT}.")


def _fits(section: ClassFolders, main: ClassFolders, where: str, top: str, trains: list[str]) -> bool:
    """Return whether a folder of a split has the dataset's classes; False where its images have no labels.

    Raises:
        DataError: If it has two other classes, or only one of the dataset's.
    """
    if map_classes(section.ordered, main.ordered) is not None:
        return True
    has_class = any(find_class(name, main.ordered) is not None for name in section.ordered or section.inner[-1:])
    if not has_class and (section.examples or not section.whole):
        return False
    train = f" in {one_line(trains[0])}/" if trains else ""
    raise DataError(f"{where} has {main.describe()}{train} but {section.describe()} in {one_line(top)}/: {LAYOUT}.")


def _shelve(classes: ClassFolders, folder: str, main: ClassFolders) -> dict[Path, Shelf]:
    """Return the shelves of a folder whose classes are those of `main`."""
    labels = dict(zip(classes.ordered, map_classes(classes.ordered, main.ordered) or (), strict=True))
    if classes.examples:
        keys = sorted(classes.names, key=lambda key: labels[classes.names[key]])
        return {classes.inner: Shelf(folder, None, tuple(keys))}
    return {(*classes.inner, name): Shelf(folder, label) for name, label in labels.items()}


def _settle_splits(shelves: dict[Path, Shelf], main: ClassFolders) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what each folder's split is taken for, and the remarks."""
    folders = {shelf.folder for shelf in shelves.values()}
    remarks = (
        [f"The classes are taken from the file names: {join_names(list(main.examples))}."] if main.examples else []
    )
    if folders <= {"", TRAIN}:
        return dict.fromkeys(folders, ""), tuple(remarks)
    if VALIDATION not in folders:
        remarks.append("No folder is given for the validation split, so a fifth of the training images became it.")
    return {folder: folder or TRAIN for folder in folders}, tuple(remarks)
