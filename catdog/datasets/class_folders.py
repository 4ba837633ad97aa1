"""The classes that a folder of images has: by the folders in it, or by the names of its files."""

from collections import defaultdict
from dataclasses import dataclass

from catdog.datasets.names import class_key, find_labels, is_container, split_role
from catdog.errors import DataError
from catdog.utils.class_names import is_same_class
from catdog.utils.text import join_names, one_line

Path = tuple[str, ...]

LAYOUT = (
    "it needs two class folders, or train/ and validation/ (and test/) with the same two class folders in each, or "
    "images named like cat.1.jpg and dog.1.jpg"
)
_DEEPEST = 6  # folders, one in the other, that may lie around all images
_SHOWN = 5  # folders that an error names


@dataclass(frozen=True)
class ClassFolders:
    """The classes of a folder.

    Attributes:
        inner: The folders in it around all its images.
        names: {class key: its folder's name, or its name in file names}.
        examples: Where file names say the classes, how many are named like which; else empty.
    """

    inner: Path
    names: dict[str, str]
    examples: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether there are two classes, with names that can be a class's and mean different ones."""
        names = self.ordered
        return len(names) == 2 and not any(map(is_container, names)) and not is_same_class(*names)

    @property
    def ordered(self) -> tuple[str, ...]:
        """The names, sorted: the first is label 0."""
        return tuple(sorted(self.names.values()))

    def describe(self) -> str:
        """Return which classes these are, such as "the class folders cats and dogs"."""
        if self.examples:
            return f"images named after {_list(list(self.names.values()))}"
        inner = [folder for folder in self.inner[-1:] if not is_container(folder)]
        return describe_folders(list(self.names.values()) or inner)


def group_by_folder(paths: list[Path]) -> dict[str, list[Path]]:
    """Return {top folder: paths of its images below it}, sorted."""
    tops = defaultdict(list)
    for path in paths:
        if len(path) > 1:
            tops[path[0]].append(path[1:])
    return dict(sorted(tops.items()))


def unwrap(paths: list[Path]) -> tuple[Path, list[Path]]:
    """Return the folders that lie around all but a few images, and the paths inside them."""
    base: Path = ()
    while len(base) < _DEEPEST:
        inside = [path for path in paths if len(path) > 1]
        if len({path[0] for path in inside}) != 1 or 2 * len(inside) <= len(paths):
            break
        base, paths = (*base, inside[0][0]), [path[1:] for path in inside]
    return base, paths


def read_classes(paths: list[Path]) -> ClassFolders:
    """Return the classes in a folder, by its class folders or else by the names of its files."""
    inner, below = unwrap(paths)
    folders = [folder for folder in group_by_folder(below) if not split_role(folder)]
    direct = [path[0] for path in below if len(path) == 1]
    named = read_names(direct, inner)
    prefer_names = named.whole and 2 * len(direct) > len(below)
    return read_folders(folders, inner) if folders and not prefer_names else named


def read_folders(folders: list[str], inner: Path = ()) -> ClassFolders:
    """Return folders as classes; raise DataError where two have nearly the same name."""
    names: dict[str, str] = {}
    for folder in folders:
        other = names.setdefault(class_key(folder), folder)
        # "cat" and "cats" may be two of many classes, but as the only two they are one
        if other == folder and len(folders) == 2 and is_same_class(*folders):
            other = folders[0] if folder == folders[1] else folders[1]
        if other != folder:
            raise DataError(
                f"The folders {one_line(other)} and {one_line(folder)} have nearly the same name: rename one of them, "
                "or put their images together."
            )
    return ClassFolders(inner, names)


def read_names(files: list[str], inner: Path = ()) -> ClassFolders:
    """Return the classes that the names of files say."""
    labels = find_labels(files)
    examples = tuple(f"{count:,} named like {example}" for _, count, example in labels.values())
    return ClassFolders(inner, {key: name for key, (name, _, _) in labels.items()}, examples)


def describe_folders(folders: list[str]) -> str:
    """Return which class folders there are, in words."""
    if not folders:
        return "no class folders"
    return (
        f"only the class folder {one_line(folders[0])}" if len(folders) == 1 else f"the class folders {_list(folders)}"
    )


def describe_other(
    plain: list[str], tops: dict[str, list[Path]], sections: dict[str, ClassFolders], named: ClassFolders, base: Path
) -> str:
    """Say what was found instead of two classes.

    Args:
        plain: The top folders that are not named like splits.
        tops: All top folders with their images.
        sections: The classes of those that are named like splits.
        named: The classes that the names of the files beside the folders say.
        base: The folders around everything.
    """
    labelled = [top for top in sections if sections[top].names or sections[top].inner]
    if plain:
        return describe_folders(plain)
    if labelled:
        there = " but ".join(f"{sections[top].describe()} in {one_line(top)}/" for top in labelled)
        return there if any(split_role(top) == "train" for top in labelled) else f"{there} and no train/"
    if tops:
        counts = [f"{one_line(top)} ({len(paths):,})" for top, paths in list(tops.items())[:_SHOWN]]
        return f"images in {join_names(counts)}, named like parts of a dataset, and no class folders in them"
    if named.names:
        return f"images named after {_list(list(named.names.values()))}, and no class folders"
    return describe_folders(list(base[-1:])) if base else "images but no class folders"


def _list(names: list[str]) -> str:
    shown = [one_line(name) for name in sorted(names)]
    return join_names([*shown[:_SHOWN], f"{len(shown) - _SHOWN:,} more"] if len(shown) > _SHOWN + 1 else shown)
