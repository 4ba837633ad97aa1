"""Remove what processes that were killed have left in the home, of this version and of earlier ones.

Called as something starts. What a process that lives still uses is locked, or too young, and stays.
"""

import re
from contextlib import suppress
from pathlib import Path

from catdog.runs.damaged import drop_ghosts
from catdog.settings import Settings
from catdog.utils.temporary import LOCK, remove_left, remove_left_folders

YOUNG = 600.0  # seconds; a file that is written without a lock has been touched within this time
_WRITTEN = re.compile(r"\.+.+-[0-9a-f]{8}(\.[^.]+)?")  # the temporary names of utils.files.whole_file
_DECODED = re.compile(r"\.(.+)-[0-9a-f]{8}\.npy")
_WEIGHTS = re.compile(r"\.+(mobilenet.+?)(-[0-9a-f]{8})+\.h5")
_FETCHED = re.compile(r"\.(photos|drawn)-.+")
_ADDED = re.compile(r"\.(new|gone)-.+")
_CREATED = re.compile(r"\.\d{8}-\d{6}-.+")
_DELETED = re.compile(r"\.deleted-.+")
_TRAINED = re.compile(r"\.(model|predictions|evaluation|history)-.+|checkpoint\.new")


def clean_home(settings: Settings) -> None:
    """Remove the leftovers of killed processes: conversions, downloads, half-unpacked sets, half-written files.

    Args:
        settings: Say where the home is; where there is none, nothing is done.
    """
    remove_left_folders(settings.temporary)
    remove_left(settings.data, _FETCHED, r"\1.lock")
    remove_left(settings.data / "own", _ADDED, "../own.lock")
    remove_left(settings.cache, _DECODED, r"\1.lock")
    remove_left(settings.cache, _WEIGHTS, r"\1.lock")
    for folder in (settings.data, settings.cache):
        remove_left(folder, _WRITTEN, age=YOUNG)
    remove_left(settings.runs, _DELETED)
    remove_left(settings.runs, _CREATED, age=YOUNG)
    drop_ghosts(settings.runs)
    with suppress(OSError):
        for path in list(settings.runs.iterdir()):
            if path.name[:1] != "." and path.is_dir() and not path.is_symlink():
                _clean_run(path)


def _clean_run(run: Path) -> None:
    remove_left(run, _TRAINED, LOCK)
    remove_left(run, _WRITTEN, age=YOUNG)
    exports = run / "exports"
    for lock in exports.glob(f".*{LOCK}"):
        remove_left(exports, re.compile(re.escape(lock.stem) + "-[0-9a-f]{8}.*"), lock.name)
