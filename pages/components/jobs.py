"""Work that runs in the server's background and outlives a page reload."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from catdog.errors import CatDogError
from catdog.utils.progress import Progress
from pages.components import markdown


class Job:
    """One piece of work in a thread of its own; any number of browser windows may watch it.

    Attributes:
        done: How much is done, by the last progress report.
        total: How much there is to do; 0 where that is not known.
        what: What is being done.
        result: What the work returned.
        error: What the work raised.
    """

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        """Start `work` in a thread; it is given what takes its progress reports."""
        self.done, self.total, self.what = 0, 0, ""
        self.result: Any = None
        self.error: Exception | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[Progress], Any]) -> None:
        try:
            self.result = work(self._report)
        except Exception as error:  # raised again by the page that waits for the result
            self.error = error
        finally:
            self._ended.set()

    def _report(self, done: int, total: int, what: str) -> None:
        self.done, self.total, self.what = done, total, what

    @property
    def active(self) -> bool:
        """Whether the work still goes on."""
        return not self._ended.is_set()

    @property
    def share(self) -> float:
        """The share that is done, 0 to 1; 0 where the total is not known."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total else 0.0

    @property
    def text(self) -> str:
        """What is being done and how far it is, in words."""
        what = self.what or "starting"
        what = f"{what[0].upper()}{what[1:]}"  # not capitalize, which writes MobileNetV2 small
        return f"{what} … {self.share:.0%}" if self.total else f"{what} …"

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for the end; return whether it came."""
        return self._ended.wait(seconds)


class Jobs:
    """The jobs of this server, by key."""

    def __init__(self) -> None:
        """Begin without any."""
        self._jobs: dict[Hashable, Job] = {}
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Job | None:
        """Return the job with this key, active or ended, or None."""
        return self._jobs.get(key)

    def start(self, key: Hashable, work: Callable[[Progress], Any]) -> Job:
        """Return the active job with this key; start one where none is active, so that no work is done twice."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.active:
                job = self._jobs[key] = Job(work)
            return job

    def reuse_or_start(self, key: Hashable, work: Callable[[Progress], Any]) -> Job:
        """Return the job with this key, active or ended without an error; start it where there is none."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or (job.error is not None and not job.active):
                job = self._jobs[key] = Job(work)
            return job

    def forget(self, key: Hashable) -> None:
        """Drop the job with this key."""
        with self._lock:
            self._jobs.pop(key, None)

    def forget_where(self, outdated: Callable[[Hashable, Job], bool]) -> None:
        """Drop the jobs for whose key and job `outdated` is true."""
        with self._lock:
            self._jobs = {key: job for key, job in self._jobs.items() if not outdated(key, job)}


def wait_with_progress(job: Job, patience: float, text: str) -> None:
    """Wait until a job has ended, behind a progress bar if that takes longer than `patience` seconds.

    Args:
        job: The job to wait for.
        patience: Seconds to wait before the bar appears.
        text: What the bar says at first; later it says what the job reports.
    """
    if job.wait(patience):
        return
    bar = st.progress(0.0, text=text)
    while not job.wait(0.1):
        bar.progress(job.share, text=job.text)
    bar.empty()


def await_result(jobs: Jobs, key: tuple[Hashable, ...], job: Job, note: str, patience: float = 0.0) -> Any:
    """Return a job's result; draw its progress, or why there is no result and a button to try again.

    Args:
        jobs: Where the job is.
        key: Its key, of which the first part is a word.
        job: The job.
        note: What stands below the bar, as Markdown.
        patience: Seconds to wait before the bar appears.

    Returns:
        None while it is active, and where it ended in an error that a user can cause.
    """
    if not job.wait(patience):
        poll_progress(job, note)
        return None
    if job.error is None:
        return job.result
    if not isinstance(job.error, CatDogError):
        raise job.error
    st.error(markdown.escape(str(job.error)), icon=":material/error:")
    st.button("Try again", key=f"retry-{key[0]}", icon=":material/refresh:", on_click=jobs.forget, args=(key,))
    return None


def poll_progress(job: Job, note: str = "") -> None:
    """Draw how far a job is, again and again by itself, and the whole page anew once the job has ended.

    Args:
        job: The job.
        note: What stands below the bar, as Markdown.
    """
    st.fragment(_draw_progress, run_every=0.5)(job, note)


def _draw_progress(job: Job, note: str) -> None:
    if not job.active:
        st.rerun()
    st.progress(job.share, text=job.text)
    if note:
        st.caption(note)
