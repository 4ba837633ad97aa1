"""Files that do not become part of a dataset: why each was left out, and one sentence about all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from catdog.utils.text import join_names, one_line

SHOWN = 3  # names of each sort that the sentence has
# each sort's words for one file and for more
NO_CLASS = ("image that belongs to no class", "images that belong to no class")
NO_IMAGE = ("file that is no image", "files that are no images")
TOO_LARGE = ("image of more than 50 MB", "images of more than 50 MB")
REPEATED = ("file whose name comes twice", "files whose names come twice")
LINK = ("link or device", "links or devices")
BAD_NAME = ("file with a name that is not UTF-8", "files with names that are not UTF-8")
UNREADABLE = ("image that can't be read", "images that can't be read")


@dataclass(frozen=True)
class LeftOut:
    """A file that was left out.

    Attributes:
        why: One of this module's sorts.
        name: What is shown for it: its path, or that of its folder with "/" where the whole folder was left out.
    """

    why: tuple[str, str]
    name: str


def describe_left_out(files: Iterable[LeftOut]) -> str:
    """Return the sentence that counts and names the files, "" for none."""
    sorts: dict[tuple[str, str], list[str]] = {}
    for file in files:
        sorts.setdefault(file.why, []).append(one_line(file.name))
    total = sum(map(len, sorts.values()))
    if not total:
        return ""
    parts = [f"{len(names):,} {why[len(names) > 1]} ({_list_names(names)})" for why, names in sorts.items()]
    return f"{join_names(parts)} {'was' if total == 1 else 'were'} left out."


def _list_names(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    return join_names([*unique[:SHOWN], *(["others"] if len(unique) > SHOWN else [])])
