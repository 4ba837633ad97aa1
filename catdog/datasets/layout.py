"""Which of a zip's files are the photos of which class: read from the names alone, before anything is unpacked."""

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
_DEEPEST = 3  # folders around everything that are looked through


@dataclass(frozen=True)
class Layout:
    """Where the photos of a zip belong.

    classes: the names of the two class folders, made harmless; places: {number of the file in the zip: its place,
    such as "apples/1.jpg" or "train/apples/1.jpg"}; left_out: names, made harmless, of other files that are no junk.
    """

    classes: tuple[str, str]
    places: dict[int, str]
    left_out: tuple[str, ...]


def find_layout(names: Sequence[str]) -> Layout:
    """Find the class folders among the names of a zip's files, with "/" between folders.

    They may be in the root, in train/ and validation/, and either in folders around it all. Hidden files and what
    systems put beside photos is passed over. Raises DataError where there are not exactly two classes, or too few
    photos to split, or a name leads out of the zip.
    """
    paths = parse_paths(names)
    files = {number: path.parts for number, path in paths.items() if path.parts and not is_junk(path.parts)}
    photos = {number: parts for number, parts in files.items() if paths[number].suffix.lower() in SUFFIXES}
    if not photos:
        archives = [path.name for path in paths.values() if path.suffix.lower() in ARCHIVES]
        inside = f" but other archives ({one_line(archives[0])})" if archives else ""
        raise DataError(f"The zip has no pictures in it{inside}: {NEEDED}.")
    photos = _unwrapped(photos)
    given = {"train", "validation"} <= {_split_of(parts) for parts in photos.values()}
    chosen = {number: where for number, parts in photos.items() if (where := _place(parts, given))}
    classes = _two_classes(list(chosen.values()), given, {_split_of(parts) for parts in photos.values()} - {""})
    _check_numbers(list(chosen.values()), classes, given)
    places: dict[int, str] = {}
    taken: dict[str, int] = {}
    seen: set[str] = set()
    for number, (split, kind, name) in chosen.items():
        if str(paths[number]) in seen:
            continue  # the same name twice: the first of them counts
        seen.add(str(paths[number]))
        folder = f"{split}/{safe_folder_name(kind)}" if split else safe_folder_name(kind)
        places[number] = _free_place(folder, safe_file_name(name), taken)
    left_out = tuple(one_line(str(paths[number])) for number in files if number not in places)
    return Layout(classes, places, left_out)


def parse_paths(names: Sequence[str]) -> dict[int, PurePosixPath]:
    """Return {number: path} for the names of a zip's files; DataError where one leads out of the zip."""
    paths = {number: PurePosixPath(name.replace("\\", "/")) for number, name in enumerate(names)}
    for path in paths.values():
        if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
            raise DataError(f"The zip wants to write outside its folder ({one_line(str(path))}): do not trust it.")
    return paths


def is_junk(parts: tuple[str, ...]) -> bool:
    """Tell whether a path is hidden, or one of those that systems put beside photos."""
    return any(part.startswith(".") for part in parts) or bool({part.casefold() for part in parts} & _JUNK)


def _split_of(parts: tuple[str, ...]) -> str:
    """Return "train" or "validation" for a photo in a class folder in a folder of such a name, else ""."""
    return SPLIT_FOLDERS.get(parts[0].casefold(), "") if len(parts) > 2 else ""


def _unwrapped(photos: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Take away the folders that lie around all photos, as in the zip of one folder."""
    for _ in range(_DEEPEST):
        deep = sum(len(parts) > 2 for parts in photos.values())
        if len({parts[0] for parts in photos.values()}) > 1 or 2 * deep <= len(photos):
            break
        photos = {number: parts[1:] or parts for number, parts in photos.items()}
    return photos


def _place(parts: tuple[str, ...], given: bool) -> tuple[str, str, str] | None:
    """Return the split ("" where none is given), class folder and file name of a photo; None if it is not in one."""
    if not given:
        return ("", *parts) if len(parts) == 2 else None
    return (_split_of(parts), *parts[1:]) if len(parts) == 3 and _split_of(parts) else None


def _two_classes(chosen: list[tuple[str, str, str]], given: bool, splits: set[str]) -> tuple[str, str]:
    kinds = sorted({kind for _, kind, _ in chosen})
    alike = defaultdict(list)
    for kind in kinds:
        if not safe_folder_name(kind):
            raise DataError("A folder in the zip has a name that can't be used: name it after the pictures in it.")
        alike[safe_folder_name(kind).casefold()].append(one_line(kind))
    for same in alike.values():
        if len(same) > 1:
            raise DataError(
                f"The folders {join_names(same[:3])} in the zip have nearly the same name: rename one of them."
            )
    by_split = [
        {kind for split, kind, _ in chosen if split == one} for one in (("train", "validation") if given else ("",))
    ]
    names = sorted(safe_folder_name(kind) for kind in kinds)
    if not given and [name.casefold() for name in names] == ["train", "validation"]:
        raise DataError("The zip has pictures in train/ and validation/, but each needs two class folders.")
    if len(names) == 2 and all(len(found) == 2 for found in by_split):
        return names[0], names[1]
    if given:
        raise DataError(
            "train/ and validation/ in the zip need the same two class folders each, and have "
            f"{join_names([_in_words(found) for found in by_split])}: {NEEDED}."
        )
    half = f", and {splits.pop()}/ alone" if len(splits) == 1 else ""
    raise DataError(f"The zip has {_in_words(set(names))}{half}: {NEEDED}.")


def _in_words(names: set[str]) -> str:
    shown = [one_line(name) for name in sorted(names)[:5]]
    more = [f"{len(names) - 5:,} more"] if len(names) > 5 else []
    if not shown:
        return "no class folder with pictures"
    return f"only the class folder {shown[0]}" if len(names) == 1 else f"the class folders {join_names(shown + more)}"


def _check_numbers(chosen: list[tuple[str, str, str]], classes: tuple[str, str], given: bool) -> None:
    labels = np.array([classes.index(safe_folder_name(kind)) for _, kind, _ in chosen], dtype=np.int64)
    training = np.array([split == "train" for split, _, _ in chosen])
    splits = split_given_folders(labels, training) if given else split_stratified(labels)
    for split in SPLITS:
        for label, name in enumerate(classes):
            if not ((splits == split) & (labels == label)).any():
                raise DataError(
                    f"The zip has too few pictures of {name}, none is left for the {split} set: add more of them "
                    "(20 of each kind is the least that makes sense)."
                )


def _free_place(folder: str, name: str, taken: dict[str, int]) -> str:
    """Return a place for the file that no other has, also where a disk takes "A" and "a" for the same."""
    stem, dot, suffix = name.rpartition(".")
    place, key = f"{folder}/{name}", f"{folder}/{name}".casefold()
    while place.casefold() in taken:
        taken[key] += 1
        place = f"{folder}/{stem}-{taken[key]}{dot}{suffix}"
    taken[place.casefold()] = 1
    return place
