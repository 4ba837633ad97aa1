"""Folders of the server's disk that the dashboard may open: those listed in CATDOG_FOLDERS, and what is in them."""

from pathlib import Path

from catdog.errors import DataError
from catdog.settings import Settings
from catdog.utils.names import one_line
from catdog.utils.text import join_names


def resolve_folder(settings: Settings, text: str) -> Path:
    """Return the folder that `text` names, links followed: a listed one or one inside it.

    text: from anywhere; an absolute path, or one that starts in a listed folder. Raises DataError, in the same words
    for what is not there and what lies outside, so that nobody learns what is on the disk.
    """
    if not settings.folders:
        raise DataError(
            "No folder of this server may be opened here: whoever runs it lists the allowed ones in CATDOG_FOLDERS."
        )
    for listed_one in settings.folders:
        try:
            top, found = listed_one.resolve(strict=True), (listed_one / text).resolve(strict=True)
            if found.is_relative_to(top) and found.is_dir():
                return found
        except (OSError, ValueError, RuntimeError):  # not there, an impossible name, links in a circle
            continue
    names = join_names([str(one) for one in settings.folders])
    raise DataError(f"There is no folder {one_line(text) or 'without a name'} in {names}: name one that is.")


def is_listed_folder(settings: Settings, source: str | None) -> bool:
    """Tell whether a source is the path of a folder inside a listed one, as resolve_folder returns it."""
    if not source or not settings.folders or not Path(source).is_absolute():
        return False
    try:
        return str(resolve_folder(settings, source)) == source
    except DataError:
        return False
