"""The answers by which runs are judged: those that a run stored, or those it gives to the data in use."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from catdog.datasets import Catalog, Dataset
from catdog.errors import CatDogError, RunError
from catdog.evaluation import Predictions
from catdog.runs import Run
from catdog.runs.scoring import score_on
from catdog.training import ACTIVE
from pages.components import jobs, markdown, state
from pages.components.jobs import Job
from pages.components.predictions import class_names

OWN, HERE = "the data each run learned from", "the data in use"
PATIENCE = 0.1  # seconds that the page waits for answers before it shows how far they are


@dataclass(frozen=True)
class Judged:
    """A run with the answers by which it is judged.

    answers: of one split; classes: the names of class 0 and class 1; data: tells the pictures from those of
    other data; here: whether they are pictures of the data in use; own: whether of the data that the run learned from.
    """

    run: Run
    name: str
    answers: Predictions
    classes: tuple[str, str]
    data: Hashable
    here: bool
    own: bool


def strangers(runs: Sequence[Run], catalog: Catalog) -> list[Run]:
    """Return the runs that learned from other data than this."""
    return [run for run in runs if run.fingerprint != catalog.fingerprint]


def gather(runs: Sequence[Run], names: Mapping[str, str], dataset: Dataset, split: str, on: str) -> list[Judged]:
    """Return the runs that can be judged; say of each other one in a sentence why not, and what can be done.

    names: {run id: what the page calls it}; on: OWN or HERE, which only matters to runs that did not learn from the
    data in use.
    """
    judged = []
    for run in runs:
        name = names[run.id]
        own = run.fingerprint == dataset.catalog.fingerprint
        here = own or on == HERE
        if run.state in ACTIVE:
            st.info(
                f"{markdown.escape(name)} is still in training: it will be judged here once it is done.",
                icon=":material/hourglass:",
            )
            continue
        answers = _stored(run, split, own) if own or not here else None
        if answers is None and here:
            answers = _asked(run, name, dataset, split, at_once=not own)
        if answers is None:
            continue
        if len(answers) == 0:
            st.warning(f"{markdown.escape(name)} has no answer to any {split} picture.", icon=":material/warning:")
            continue
        classes = dataset.catalog.classes if here else class_names(run)
        data = (dataset.catalog.fingerprint if here else run.fingerprint or run.config.source, hash(answers.paths))
        judged.append(Judged(run, name, answers, classes, data, here, own or not here))
    return judged


def _stored(run: Run, split: str, own: bool) -> Predictions | None:
    """Return the answers that the run stored; say what is wrong where there are none."""
    try:
        changed = run.files.predictions.stat().st_mtime_ns
    except OSError:
        changed = 0
    try:
        return _read(str(run.folder), changed, split, run)
    except RunError as error:
        more = f" Or choose “{HERE}” above, to ask it about that." if not own and run.usable else ""
        st.warning(markdown.escape(f"{error}{more}"), icon=":material/warning:")
        return None


# not st.cache_data, which would copy the answers, 25,000 perhaps, at every look
@st.cache_resource(max_entries=40, show_spinner=False)
def _read(folder: str, changed: int, split: str, _run: Run) -> Predictions:
    return _run.predictions().of(split)


def _asked(run: Run, name: str, dataset: Dataset, split: str, at_once: bool) -> Predictions | None:
    """Return the run's answers to the data in use, behind a progress bar until all are there.

    at_once: whether it is asked now; otherwise once somebody has pressed a button.
    """
    try:
        changed = run.files.tflite.stat().st_mtime_ns
    except OSError:
        if at_once:
            st.warning(
                f"{markdown.escape(name)} has no model file, so it can't be asked about the data in use: train it again.",
                icon=":material/warning:",
            )
        return None
    where = state.settings()
    key = ("answers", where, run.id, changed, dataset.catalog.fingerprint, len(dataset.catalog))

    def ask() -> Job:
        return state.jobs().once(key, lambda progress: score_on(run, dataset, where.cache, progress))

    job = ask() if at_once else state.jobs().find(key)
    if job is None:
        label = f"Ask {markdown.escape(name)} about the pictures now"
        st.button(label, key=f"ask-{run.id}", on_click=ask, icon=":material/quiz:")
        return None
    jobs.wait_with_progress(job, PATIENCE, f"Asking {markdown.escape(name)} …")
    if job.error is not None:
        if not isinstance(job.error, CatDogError):
            raise job.error
        st.warning(markdown.escape(str(job.error)), icon=":material/warning:")
        return None
    return job.result.of(split)
