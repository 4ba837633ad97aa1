"""The data that are open in this server: read once for all browsers, and again once they have changed on the disk."""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from catdog.datasets import Catalog, Dataset, open_dataset, photos_root
from catdog.datasets.walk import folder_times
from catdog.settings import Settings
from catdog.utils.progress import Progress
from pages.components.jobs import Jobs, wait_with_progress

KEY = "dataset"  # of the jobs, before settings and source


@dataclass(frozen=True, eq=False)
class OpenedData:
    """A dataset as the server keeps it. Its decoded images stay closed, so that all of it can be deleted elsewhere.

    Attributes:
        dataset: The dataset.
        folders: When each of its folders was last modified, in ns, as of just before it was read.
        files: Tells the sizes and times of its files from others.
    """

    dataset: Dataset
    folders: dict[str, int]
    files: bytes

    @property
    def is_there(self) -> bool:
        """Whether its folder and its decoded images still exist."""
        return self.dataset.catalog.root.is_dir() and self.dataset.pixels.path.exists()

    @property
    def has_same_folders(self) -> bool:
        """Whether no file has come or gone since it was read."""
        return all(_modified(folder) == before for folder, before in self.folders.items())

    @property
    def has_same_files(self) -> bool:
        """Whether none of its files was changed since it was read; that takes a look at every file."""
        return self.files == _stamp_files(self.dataset.catalog)


def open_data(jobs: Jobs, settings: Settings, source: str) -> OpenedData:
    """Open a source behind a progress bar the first time, at once later.

    The work goes on in the background if the page is left or reloaded meanwhile. It is done again if files came or
    went.

    Args:
        jobs: The work of this server.
        settings: Where the data are.
        source: As in catdog.datasets.open_dataset.

    Raises:
        DataError: The data can't be used.
    """
    key = (KEY, settings, source)
    jobs.forget_where(lambda other, job: other[0] == KEY and job.result is not None and not job.result.is_there)
    earlier = jobs.find(key)
    if earlier is not None and earlier.result is not None and not earlier.result.has_same_folders:
        jobs.forget(key)
    job = jobs.reuse_or_start(key, lambda progress: _open(settings, source, progress))
    wait_with_progress(job, 0.1, "Opening the images …")
    if job.error is not None:
        raise job.error
    return job.result


def _open(settings: Settings, source: str, progress: Progress) -> OpenedData:
    # the drawn set, which nobody changes, is not watched
    root = {"photos": photos_root(settings), "drawn": None}.get(source, Path(source))
    folders = {}
    if root is not None:
        with suppress(OSError):  # which opening it explains
            folders = folder_times(root)
    opened = open_dataset(settings, source, progress)
    opened.pixels.release()
    return OpenedData(opened, folders, _stamp_files(opened.catalog))


def _modified(folder: str) -> int:
    """Return when a folder was last modified, in ns; 0 where it is gone."""
    with suppress(OSError):
        return os.stat(folder).st_mtime_ns  # noqa: PTH116
    return 0


def _stamp_files(catalog: Catalog) -> bytes:
    digest, root = hashlib.blake2b(digest_size=16), os.fspath(catalog.root)
    for path in catalog.paths:
        try:
            status = os.stat(f"{root}/{path}")  # noqa: PTH116  (25,000 files in a moment)
            digest.update(b"%d %d %d " % (status.st_size, status.st_mtime_ns, status.st_ino))
        except OSError:
            digest.update(b"gone ")
    return digest.digest()
