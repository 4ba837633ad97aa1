"""The predictions that runs are evaluated by: those that a run stored, or new ones for the data in use."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from catdog.datasets import TEST, VALIDATION, Catalog, Dataset
from catdog.errors import CatDogError, RunError
from catdog.evaluation import Predictions
from catdog.runs import Run
from catdog.runs.scoring import predict_dataset
from catdog.training import ACTIVE
from pages.components import jobs, markdown, state
from pages.components.jobs import Job
from pages.components.predictions import class_names
from pages.components.shown import identify, require_shown

OWN, HERE = "the data each run learned from", "the data in use"
PATIENCE = 0.1  # seconds that the page waits for predictions before it shows how far they are


@dataclass(frozen=True)
class EvaluatedRun:
    """A run with the predictions that it is evaluated by.

    Attributes:
        run: The run.
        name: What the page calls it.
        predictions: For the images of one split.
        parts: Those for the images of the validation and of the test split, each maybe without any.
        classes: The names of class 0 and class 1.
        data: Tells the images from those of other data.
        in_use: Whether they are images of the data in use.
        own: Whether they are images of the data that the run learned from.
    """

    run: Run
    name: str
    predictions: Predictions
    parts: Mapping[str, Predictions]
    classes: tuple[str, str]
    data: Hashable
    in_use: bool
    own: bool

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def model(self) -> str:
        """The name of the run's model, or of its variant, which gives the colour."""
        return self.run.config.variant


def list_foreign(runs: Sequence[Run], catalog: Catalog) -> list[Run]:
    """Return the runs that learned from other data than this."""
    return [run for run in runs if run.fingerprint != catalog.fingerprint]


def gather_predictions(
    runs: Sequence[Run], names: Mapping[str, str], dataset: Dataset, split: str, on: str
) -> list[EvaluatedRun]:
    """Find the predictions of each run; for a run without any, say why and what can be done.

    Args:
        runs: The chosen runs.
        names: {run id: what the page calls it}.
        dataset: The data in use.
        split: Of the images.
        on: OWN or HERE, which only matters to runs that did not learn from the data in use.

    Returns:
        The runs that can be evaluated, in order.
    """
    evaluated, frames = [], {}
    for run in runs:
        name = names[run.id]
        own = run.fingerprint == dataset.catalog.fingerprint
        in_use = own or on == HERE
        if run.state in ACTIVE:
            st.info(
                f"{markdown.escape(name)} is still training. Its mistakes appear here once it is done.",
                icon=":material/hourglass:",
            )
            continue
        stored = parts = _read_stored(run, own) if own or not in_use else None
        if parts is None and in_use:
            parts = _compute_predictions(run, name, dataset, at_once=not own)
        if parts is None:
            continue
        if len(parts[split]) == 0:
            st.warning(f"{markdown.escape(name)} has no predictions for {split} images.", icon=":material/warning:")
            continue
        catalog = dataset.catalog
        data = (catalog.fingerprint if in_use else run.fingerprint or run.config.source, hash(parts[split].paths))
        # all that are compared on the same images name the classes alike, in the same order
        classes = frames.setdefault(data, catalog.classes if in_use else class_names(run))
        if stored is not None:
            parts = {part: predictions.in_order(class_names(run), classes) for part, predictions in parts.items()}
        evaluated.append(EvaluatedRun(run, name, parts[split], parts, classes, data, in_use, own or not in_use))
    return evaluated


def _read_stored(run: Run, own: bool) -> dict[str, Predictions] | None:
    """Return the predictions that the run stored, by split; say what is wrong if there are none."""
    try:
        changed = run.files.predictions.stat().st_mtime_ns
    except OSError:
        changed = 0
    try:
        return _read(str(run.folder), changed, run)
    except RunError as error:
        more = f" Or choose “{HERE}” above." if not own and run.usable else ""
        st.warning(markdown.escape(f"{error}{more}"), icon=":material/warning:")
        return None


# not st.cache_data, which would copy the predictions, 25,000 perhaps, each time that they are used
@st.cache_resource(max_entries=40, show_spinner=False)
def _read(folder: str, changed: int, _run: Run) -> dict[str, Predictions]:
    return _divide(_run.predictions())


def _divide(predictions: Predictions) -> dict[str, Predictions]:
    return {split: predictions.of_split(split) for split in (VALIDATION, TEST)}


def _compute_predictions(run: Run, name: str, dataset: Dataset, at_once: bool) -> dict[str, Predictions] | None:
    """Return the run's predictions for the data in use, by split, behind a progress bar until they are all there.

    Args:
        run: The run.
        name: What the page calls it.
        dataset: The data in use.
        at_once: Whether to start now; otherwise once the user has pressed a button.

    Returns:
        None if there are no predictions (yet); the page says why.
    """
    try:
        changed = run.files.tflite.stat().st_mtime_ns
    except OSError:
        if at_once:
            st.warning(
                f"{markdown.escape(name)} has no model file, so it can't predict the data in use. Train it again.",
                icon=":material/warning:",
            )
        return None
    settings = state.settings()
    key = ("answers", settings, run.id, changed, dataset.catalog.version, len(dataset.catalog))

    def start() -> Job:
        return state.jobs().reuse_or_start(
            key, lambda progress: predict_dataset(run, dataset, settings.cache, progress)
        )

    job = start() if at_once else state.jobs().find(key)
    if job is None:
        label = f"Predict with {markdown.escape(name)}"
        st.button(label, key=f"ask-{run.id}", on_click=_ask, args=(start, dataset.catalog), icon=":material/quiz:")
        return None
    jobs.wait_with_progress(job, PATIENCE, f"{markdown.escape(name)} is predicting …")
    if job.error is not None:
        if not isinstance(job.error, CatDogError):
            raise job.error
        st.warning(markdown.escape(str(job.error)), icon=":material/warning:")
        return None
    return _divide(job.result)


def _ask(start: Callable[[], Job], catalog: Catalog) -> None:
    try:
        require_shown(identify(catalog))
        start()
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")
