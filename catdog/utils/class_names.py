"""When two names of classes mean the same class: the one rule, wherever names from two places meet.

Two names mean the same class if they differ only in capital letters, in how Unicode writes their characters, in spaces,
hyphens and underscores, or in that one is the other's plural: English -s, -es, -ies and -ves, German -n after an e and
-e after two consonants. So "Cats" means "cat", "Katzen" means "Katze", and "cars" does not mean "cats".
"""

import re
import unicodedata
from collections.abc import Sequence

from catdog.utils.text import one_line

_SEPARATORS = re.compile(r'[\s_\-\\/:*?"<>|]+')  # also what zips get "_" for, see text.safe_folder_name
_SINGULARS = (  # (the end of a plural, what the singular has in its place)
    (re.compile(r"(?<=[^\W\d_])(?<!s)s$"), ""),  # cats, horses
    (re.compile(r"(?:(?<=[sxzo])|(?<=[cs]h))es$"), ""),  # foxes, potatoes, finches
    (re.compile(r"(?<=[b-df-hj-np-tv-z])ies$"), "y"),  # puppies
    (re.compile(r"ves$"), "f"),  # wolves
    (re.compile(r"ves$"), "fe"),  # knives
    (re.compile(r"(?<=e)n$"), ""),  # Katzen
    (re.compile(r"(?<=[b-df-hj-np-tv-z]{2})e$"), ""),  # Hunde
)
_SHORTEST = 2  # characters of a singular: "as" is not the plural of "a"


def is_same_class(first: str, second: str) -> bool:
    """Tell whether two names mean the same class, by the rule above."""
    first, second = _normalize(first), _normalize(second)
    return first == second or first in _list_singulars(second) or second in _list_singulars(first)


def find_class(name: str | None, classes: Sequence[str]) -> int | None:
    """Return the index of the class that a name means.

    A class of this very name comes before one that the rule allows. Where it allows several, as of "cat" and "cats",
    there is no telling which is meant.

    Args:
        name: The name, None for none.
        classes: The names of the classes.

    Returns:
        The index; None where no class, or more than one, can be meant.
    """
    if name is None:
        return None
    exact = [index for index, class_name in enumerate(classes) if _compose(class_name) == _compose(name)]
    matches = exact or [index for index, class_name in enumerate(classes) if is_same_class(class_name, name)]
    return matches[0] if len(matches) == 1 else None


def map_classes(names: Sequence[str], classes: Sequence[str]) -> tuple[int, ...] | None:
    """Return for each name the index of the class that it means.

    Args:
        names: Names of one set of classes.
        classes: Names of another set, in any order.

    Returns:
        The indices; None unless each name means a class of its own and no class is left over.
    """
    matches = [find_class(name, classes) for name in names]
    one_to_one = len(matches) == len(classes) and set(matches) == set(range(len(classes)))
    return tuple(matches) if one_to_one else None


def is_swapped(names: Sequence[str], classes: Sequence[str]) -> bool:
    """Tell whether two classes are the same as two others in the other order."""
    return map_classes(names, classes) == (1, 0)


def describe_mapping(names: Sequence[str], classes: Sequence[str]) -> str:
    """Say which class each name was taken for, such as "Cats = cats, Dogs = dogs"; "" for names that are the same."""
    mapping = map_classes(names, classes)
    if mapping is None or sorted(names) == sorted(classes):
        return ""
    return ", ".join(f"{name} = {classes[index]}" for name, index in zip(names, mapping, strict=True))


def name_single(name: str) -> str:
    """Return what one image of a class is called: "cat" for "cats".

    Other names stay as they are: by their spelling alone, a plural can't be told from a word such as "lens".
    """
    return {"cats": "cat", "dogs": "dog"}.get(name, name)


def _compose(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _normalize(name: str) -> str:
    """Return what a name is compared by."""
    plain = _SEPARATORS.sub(" ", one_line(name, len(name))).strip(" .")
    return _compose(_compose(plain).casefold())


def _list_singulars(name: str) -> set[str]:
    """Return every word whose plural a normalized name may be."""
    words = {ending.sub(replacement, name) for ending, replacement in _SINGULARS}
    return {word for word in words - {name} if len(word) >= _SHORTEST}
