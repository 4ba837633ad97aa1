"""Room for datasets and for what people decide about them: whether the disk has it, what is said where it fails."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from catdog.datasets.archive import ArchiveContents
from catdog.datasets.decoded import IMAGE_BYTES
from catdog.errors import AccessError, DataError
from catdog.utils.text import format_size

SPARE = 200_000_000  # bytes of the disk that stay free


def check_space(folder: Path, contents: ArchiveContents) -> None:
    """Raise DataError where the disk has no space for the photos and for the decoded images later."""
    needed = contents.bytes + len(contents.members) * IMAGE_BYTES + SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DataError(
            f"The images need {format_size(needed)} of disk and {format_size(free)} are free: make room, take fewer "
            "images, or set CATDOG_HOME to another disk."
        )


def check_quota(quota: int, stored: int, contents: ArchiveContents, by: str) -> None:
    """Raise AccessError where a person's datasets would take more than one person may have.

    Args:
        quota: Bytes that they may take; 0 for any number.
        stored: Bytes that they take already.
        contents: What is to be added.
        by: The person; "" if nobody had signed in.
    """
    needed = contents.bytes + len(contents.members) * IMAGE_BYTES
    if quota and stored + needed > quota:
        whose = "each person" if by else "everybody together"
        raise AccessError(
            f"The images and what is decoded of them take {format_size(needed)} and the sets that are there "
            f"{format_size(stored)}, but {whose} may have {format_size(quota)}: delete a set, or take fewer images."
        )


@contextmanager
def explain_os_errors(what: str) -> Iterator[None]:
    """Turn an OSError into a DataError that says why the images could not be `what`, such as "stored"."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        hint = "free some disk space" if full else "check the folder's permissions"
        raise DataError(
            f"The images could not be {what} ({error.strerror or error}): {hint} or set CATDOG_HOME to another folder."
        ) from error


@contextmanager
def lock_list(file: Path, what: str) -> Iterator[None]:
    """Let one process at a time change a list that people have made of a dataset's images.

    Args:
        file: The list's file; its folder is made if missing.
        what: What a sentence calls it, such as "The list of excluded images".

    Raises:
        DataError: It can't be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock")):
            yield
    except OSError as error:
        raise DataError(
            f"{what} could not be written ({error.strerror or error}): free some disk space, or check the permissions "
            f"of {file.parent}."
        ) from error
