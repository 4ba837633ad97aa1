"""The learner who uses this tab: the course, how far they are with it, and what their checks look at."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import streamlit as st

from catdog.lessons.checks import Workspace
from catdog.lessons.lesson import Course
from catdog.lessons.progress import Progress, read_progress, update_progress
from catdog.lessons.reader import read_course
from catdog.runs import Run
from pages.components import access, state
from pages.components.person import find_learner


def get_course() -> Course:
    """Return the course; a file of the teacher's is read again once it has changed."""
    extra = state.settings().lessons
    return _read_course(extra, _stamp(extra))


@st.cache_resource(max_entries=4, show_spinner=False)
def _read_course(extra: Path | None, stamp: tuple[tuple[str, int, int], ...]) -> Course:
    return read_course(extra)


def _stamp(folder: Path | None) -> tuple[tuple[str, int, int], ...]:
    """Return (name, when modified, size) of each file in a folder."""
    if folder is None:
        return ()
    with suppress(OSError), os.scandir(folder) as entries:
        facts = [(entry.name, entry.stat()) for entry in entries]
        return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in facts))
    return ()


def get_progress() -> Progress:
    """Return how far the learner is with all lessons."""
    return read_progress(state.settings().progress, find_learner())


def change_progress(change: Callable[[Progress], Progress]) -> Progress:
    """Change how far the learner is, and return that; `change` gets the progress as it is now.

    Raises:
        AccessError: This person may not change anything.
        UsageError: It can't be stored.
    """
    access.require_member()
    return update_progress(state.settings().progress, find_learner(), change)


def get_workspace(runs: list[Run]) -> Workspace:
    """Return what the learner's checks look at.

    Args:
        runs: Runs of anybody; where people sign in, only the learner's own of them count.

    Raises:
        DataError: The data in use can't be used.
    """
    email = access.person()
    own = [run for run in runs if run.owned.by == email] if email else runs
    return Workspace(own, state.catalog(), state.settings())
