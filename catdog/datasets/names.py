"""What the names in a dataset say: which split a folder is, what is junk, which class stands before a number."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TRAIN, VALIDATION, TEST, OTHER = "train", "validation", "test", "other"
_ROLES = {
    TRAIN: _words("train training trainset traindata trainingset trn"),
    VALIDATION: _words(
        "val valid validation validate validating valset validset validationset dev devset eval evaluation"
    ),
    TEST: _words("test tests testing testset testdata testingset holdout"),
    OTHER: _words(
        "sample samples unlabeled unlabelled unlabel unsup unsupervised unclassified submission submissions predict "
        "prediction predictions inference preview previews thumbnail thumbnails thumbs"
    ),
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}
_FILLERS = _words(
    "a the my set data dataset datasets image images img imgs photo photos picture pictures pic pics file files split "
    "folder small large full new old final copy resized cropped augmented aug raw jpg jpeg png x px of for"
)
# folders that hold images of all kinds, or what belongs to them
_CONTAINERS = _words("image images img imgs jpegimages data dataset datasets files mask masks annotations labels")
_JUNK = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin"}
_BEFORE = re.compile(r"([^\W\d_][^\d]*?)[\s._\-()#]*\d.*", re.DOTALL)
_BEHIND = re.compile(r"\d+[\s._\-()#]*([^\W\d_][^\d]*?)[\s._\-()#]*", re.DOTALL)
_ALONE = re.compile(r"([^\W\d_][^\d]*?)[\s._\-()#]*", re.DOTALL)
# what cameras, phones and programs put before a number
_CAMERAS = _words(
    "img imgp image images imag cimg dsc dscn dscf dscim pict pic photo picture pxl mvimg screenshot scan frame file "
    "untitled download unnamed p dji gopr gh sam hpim wp received fb fbimg page foto bild vlcsnap capture snapshot "
    "whatsappimage signal burst pano depositphotos istockphoto shutterstock unsplash n"
)
_RARE = 0.02  # share of a folder's images, below which a name is no class but a stray


def class_key(name: str) -> str:
    """Return what two names of the same class have in common, however they are written."""
    return unicodedata.normalize("NFC", name).strip().casefold()


@lru_cache(maxsize=10_000)
def split_role(folder: str) -> str:
    """Return which split a folder's name says.

    Returns:
        "train", "validation" or "test"; "other" for samples and images without labels; "" where it says none.
    """
    text = unicodedata.normalize("NFC", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", folder)).casefold()
    if re.sub(r"[a-z0-9\s._\-()\[\]+&]", "", text):
        return ""
    words = re.findall(r"[a-z]+", text)
    roles = [_ROLE_OF[word] for word in words if word in _ROLE_OF]
    return roles[0] if len(roles) == 1 and all(word in _FILLERS or word in _ROLE_OF for word in words) else ""


def is_container(folder: str) -> bool:
    """Return whether a folder's name says that it has images in it, and nothing about their class."""
    return folder.strip().casefold() in _CONTAINERS


def is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a path is hidden, or one of the files that operating systems put beside photos."""
    return any(part.startswith(".") for part in parts) or bool({part.casefold() for part in parts} & _JUNK)


def label_in_name(file: str) -> str:
    """Return the class that a file's name says, such as "cat" for "cat.17.jpg" or "0017_cat.jpg"; "" for none."""
    stem, _, suffix = file.rpartition(".")
    if not stem or suffix.isdigit():  # no suffix: "cat.17"
        stem = file
    for pattern in (_BEFORE, _BEHIND, _ALONE):
        if match := pattern.fullmatch(stem):
            label = match[1].strip(" ._-()#")
            return label if len(label) > 1 or not label.isascii() else ""  # a letter is more often part of a code
    return ""


def find_labels(files: Iterable[str]) -> dict[str, tuple[str, int, str]]:
    """Find the classes that file names say, such as "cat.0.jpg" and "dog.0.jpg".

    Args:
        files: Names of the images of one folder.

    Returns:
        {class key: (the class's name, number of files, an example)}, sorted by name. Empty where the names are those
        that cameras or programs give, or of splits. What very few files are called is left out.
    """
    total, counts = 0, Counter[str]()
    first: dict[str, tuple[str, str]] = {}
    for file in sorted(files):
        total += 1
        if label := label_in_name(file):
            counts[class_key(label)] += 1
            first.setdefault(class_key(label), (label, file))
    classes = {key: (first[key][0], count, first[key][1]) for key, count in counts.items()}
    kept = {key: value for key, value in classes.items() if value[1] >= max(2, _RARE * total)}
    if any(re.sub(r"[\W_]", "", key) in _CAMERAS or split_role(key) for key in kept):
        return {}
    if 2 * sum(count for _, count, _ in kept.values()) < total:
        return {}
    return dict(sorted(kept.items(), key=lambda item: item[1][0]))
