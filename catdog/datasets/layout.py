"""Which files of a zip are photos of which class, found from their names alone before anything is unpacked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from catdog.datasets.splits import SPLITS, split_given_folders, split_stratified
from catdog.errors import DataError
from catdog.images.decode import SUFFIXES
from catdog.utils.text import join_names, one_line, safe_file_name, safe_folder_name

SPLIT_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
NEEDED = "put the pictures of each of the two kinds into a folder named after the kind, and zip these two folders"
_JUNK = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems put beside photos
_DEEPEST = 3  # folders, one in the other, that may lie around all photos


@dataclass(frozen=True)
class Layout:
    """Where the photos of a zip belong.

    Attributes:
        classes: Names of the two class folders, safe as file names.
        places: {index of the file in the zip: its path, such as "apples/1.jpg" or "train/apples/1.jpg"}.
        left_out: Names, on one line each, of files that are neither photos of a class nor junk.
    """

    classes: tuple[str, str]
    places: dict[int, str]
    left_out: tuple[str, ...]


def find_layout(names: Sequence[str]) -> Layout:
    """Find the two class folders of a zip.

    They may be in the root, or in train/ and validation/, and either may lie in folders around everything. Hidden
    files and junk such as Thumbs.db are ignored.

    Args:
        names: Names of the zip's files, with "/" or a backslash between folders.

    Raises:
        DataError: If there are not exactly two classes or too few photos to split, or a name leads out of the zip.
    """
    paths = parse_paths(names)
    files = {index: path.parts for index, path in paths.items() if path.parts and not is_junk(path.parts)}
    photos = {index: parts for index, parts in files.items() if paths[index].suffix.lower() in SUFFIXES}
    if not photos:
        archives = [path.name for path in paths.values() if path.suffix.lower() in ARCHIVES]
        inside = f" but other archives ({one_line(archives[0])})" if archives else ""
        raise DataError(f"The zip has no pictures in it{inside}: {NEEDED}.")
    photos = _strip_outer_folders(photos)
    given = {"train", "validation"} <= {_split_of(parts) for parts in photos.values()}
    labelled = {index: place for index, parts in photos.items() if (place := _place(parts, given))}
    classes = _find_classes(list(labelled.values()), given, {_split_of(parts) for parts in photos.values()} - {""})
    _check_counts(list(labelled.values()), classes, given)
    places: dict[int, str] = {}
    taken: dict[str, int] = {}
    seen: set[str] = set()
    for index, (split, class_name, name) in labelled.items():
        if str(paths[index]) in seen:
            continue  # the same name twice: the first of them counts
        seen.add(str(paths[index]))
        folder = f"{split}/{safe_folder_name(class_name)}" if split else safe_folder_name(class_name)
        places[index] = _free_place(folder, safe_file_name(name), taken)
    left_out = tuple(one_line(str(paths[index])) for index in files if index not in places)
    return Layout(classes, places, left_out)


def parse_paths(names: Sequence[str]) -> dict[int, PurePosixPath]:
    """Return {index: path} for the names of a zip's files; raise DataError if one leads out of the zip."""
    paths = {index: PurePosixPath(name.replace("\\", "/")) for index, name in enumerate(names)}
    for path in paths.values():
        if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
            raise DataError(f"The zip wants to write outside its folder ({one_line(str(path))}): do not trust it.")
    return paths


def is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a path is hidden, or one of the files that operating systems put beside photos."""
    return any(part.startswith(".") for part in parts) or bool({part.casefold() for part in parts} & _JUNK)


def _split_of(parts: tuple[str, ...]) -> str:
    """Return "train" or "validation" for a photo in a class folder in a folder of such a name, else ""."""
    return SPLIT_FOLDERS.get(parts[0].casefold(), "") if len(parts) > 2 else ""


def _strip_outer_folders(photos: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Remove the folders that lie around all photos, as in the zip of one folder."""
    for _ in range(_DEEPEST):
        deep = sum(len(parts) > 2 for parts in photos.values())
        if len({parts[0] for parts in photos.values()}) > 1 or 2 * deep <= len(photos):
            break
        photos = {index: parts[1:] or parts for index, parts in photos.items()}
    return photos


def _place(parts: tuple[str, ...], given: bool) -> tuple[str, str, str] | None:
    """Return the split ("" where none is given), class folder and file name of a photo; None if it is not in one."""
    if not given:
        return ("", *parts) if len(parts) == 2 else None
    return (_split_of(parts), *parts[1:]) if len(parts) == 3 and _split_of(parts) else None


def _find_classes(places: list[tuple[str, str, str]], given: bool, splits: set[str]) -> tuple[str, str]:
    """Return the class names, sorted; raise DataError where there are not two, the same in each split."""
    folders = sorted({folder for _, folder, _ in places})
    by_safe_name = defaultdict(list)
    for folder in folders:
        if not safe_folder_name(folder):
            raise DataError("A folder in the zip has a name that can't be used: name it after the pictures in it.")
        by_safe_name[safe_folder_name(folder).casefold()].append(one_line(folder))
    for same in by_safe_name.values():
        if len(same) > 1:
            raise DataError(
                f"The folders {join_names(same[:3])} in the zip have nearly the same name: rename one of them."
            )
    by_split = [
        {folder for split, folder, _ in places if split == expected}
        for expected in (("train", "validation") if given else ("",))
    ]
    names = sorted(safe_folder_name(folder) for folder in folders)
    if not given and [name.casefold() for name in names] == ["train", "validation"]:
        raise DataError("The zip has pictures in train/ and validation/, but each needs two class folders.")
    if len(names) == 2 and all(len(classes) == 2 for classes in by_split):
        return names[0], names[1]
    if given:
        raise DataError(
            "train/ and validation/ in the zip need the same two class folders each, and have "
            f"{join_names([_describe_classes(classes) for classes in by_split])}: {NEEDED}."
        )
    half = f", and {splits.pop()}/ alone" if len(splits) == 1 else ""
    raise DataError(f"The zip has {_describe_classes(set(names))}{half}: {NEEDED}.")


def _describe_classes(names: set[str]) -> str:
    shown = [one_line(name) for name in sorted(names)[:5]]
    more = [f"{len(names) - 5:,} more"] if len(names) > 5 else []
    if not shown:
        return "no class folder with pictures"
    return f"only the class folder {shown[0]}" if len(names) == 1 else f"the class folders {join_names(shown + more)}"


def _check_counts(places: list[tuple[str, str, str]], classes: tuple[str, str], given: bool) -> None:
    """Raise DataError where a class would have no photo in a split."""
    labels = np.array([classes.index(safe_folder_name(folder)) for _, folder, _ in places], dtype=np.int64)
    training = np.array([split == "train" for split, _, _ in places])
    splits = split_given_folders(labels, training) if given else split_stratified(labels)
    for split in SPLITS:
        for label, name in enumerate(classes):
            if not ((splits == split) & (labels == label)).any():
                raise DataError(
                    f"The zip has too few pictures of {name}, none is left for the {split} set: add more of them "
                    "(20 of each kind is the least that makes sense)."
                )


def _free_place(folder: str, name: str, taken: dict[str, int]) -> str:
    """Return a path that no other file has, also on a disk that takes "A" and "a" for the same."""
    stem, dot, suffix = name.rpartition(".")
    place, key = f"{folder}/{name}", f"{folder}/{name}".casefold()
    while place.casefold() in taken:
        taken[key] += 1
        place = f"{folder}/{stem}-{taken[key]}{dot}{suffix}"
    taken[place.casefold()] = 1
    return place
