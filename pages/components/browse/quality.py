"""The quality of the data: start a check, see its findings, exclude images from training."""

from pathlib import Path

import streamlit as st

from catdog.comparison import find_best_run, label_runs
from catdog.datasets import Catalog, Dataset
from catdog.datasets.exclusions import list_excluded
from catdog.datasets.quality.checks import QualityReport
from catdog.datasets.quality.job import load_report, read_job_state, report_path, start_job
from catdog.datasets.quality.messages import (
    KINDS,
    PAIRS,
    describe_absent,
    describe_findings,
    describe_pair,
    describe_value,
)
from catdog.errors import CatDogError, RunError
from catdog.evaluation.label_errors import LabelError, find_label_errors
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import access, markdown, page, state
from pages.components.browse.quality_grid import show_images, show_pairs, turn_to_first_page
from pages.components.glossary import with_links
from pages.components.shown import identify, require_shown

LABEL_ERRORS, EXCLUDED = "doubted", "excluded"  # kinds of findings, as the address names them
POLL_SECONDS = 0.5  # between two looks at the check


def draw_quality(dataset: Dataset) -> None:
    """Draw the section: a button before the check, its progress meanwhile, its findings afterwards."""
    report = _load_report(dataset.catalog)
    if report is None:
        _draw_check(dataset.catalog)
    else:
        st.fragment(_draw_findings)(dataset, report)


def _load_report(catalog: Catalog) -> QualityReport | None:
    file = report_path(state.settings(), catalog)
    try:
        return _read_report(file, file.stat().st_mtime_ns, len(catalog), catalog)
    except OSError:
        return None


@st.cache_resource(max_entries=4, show_spinner=False)
def _read_report(file: Path, modified: int, image_count: int, _catalog: Catalog) -> QualityReport | None:
    return load_report(state.settings(), _catalog)


def _draw_check(catalog: Catalog) -> None:
    """Draw the button that starts the check or, while one is running, how far it is."""
    st.markdown(
        with_links(
            f"This check looks through all {len(catalog):,} images for copies and for very small, dark, bright or "
            "blurred ones. Worst are **leaks**: images that a model both learns from and is judged by."
        )
    )
    job = read_job_state(state.settings(), catalog)
    if job.active:
        st.fragment(_draw_progress, run_every=POLL_SECONDS, key="health-progress")(catalog)
        return
    if job.error:
        st.error(markdown.escape(job.error), icon=":material/error:")
    elif job.cut_off:
        st.warning("The last check did not finish. Start it again.", icon=":material/warning:")
    access.button("Check the images", on_click=_start, args=(catalog,), type="primary", icon=":material/stethoscope:")


def _start(catalog: Catalog) -> None:
    try:
        access.require_member()
        require_shown(identify(catalog))
        start_job(state.settings(), catalog)
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")


def _draw_progress(catalog: Catalog) -> None:
    """Draw how far the check is; runs by itself while one is running."""
    job = read_job_state(state.settings(), catalog)
    if not job.active:
        st.rerun()  # it has just ended: the whole page shows how
    share = min(1.0, job.done / job.total) if job.total else 0.0
    what = job.what[:1].upper() + job.what[1:] if job.what else "Checking the images"
    st.progress(share, text=f"{what} … {share:.0%}" if job.total else f"{what} …")


def _draw_findings(dataset: Dataset, report: QualityReport) -> None:
    """Sum the findings up, and draw one kind of them; runs by itself where an image is excluded."""
    catalog = dataset.catalog
    with page.show_errors():
        excluded = list_excluded(state.settings(), catalog)
        run, label_errors = _find_label_errors(catalog)
        _draw_summary(report, run, label_errors, excluded)
        kinds = [*describe_findings(report), *[LABEL_ERRORS] * bool(label_errors), *[EXCLUDED] * bool(excluded)]
        if not kinds:
            return
        if st.session_state.get("finding", kinds[0]) not in kinds:
            del st.session_state["finding"]  # such as after the last excluded image was taken back
        kind = st.segmented_control(
            "Show",
            kinds,
            default=kinds[0],
            required=True,
            key="finding",
            bind="query-params",
            on_change=turn_to_first_page,
        )
        if kind == "unreadable":
            st.dataframe([{"file": path, "reason": why} for path, why in report.unreadable], hide_index=True)
        elif kind in PAIRS:
            pairs = [(pair.first, pair.second, describe_pair(pair)) for pair in report.pairs if pair.group == kind]
            show_pairs(dataset, pairs, frozenset(excluded))
        else:
            show_images(dataset, _list_images(kind, catalog, report, label_errors, excluded), frozenset(excluded))


def _list_images(
    kind: str, catalog: Catalog, report: QualityReport, label_errors: list[LabelError], excluded: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return (path, words below the image) for each finding of a kind that does not come in pairs."""
    if kind == LABEL_ERRORS:
        return [
            (error.path, f"model: {catalog.classes[1 - error.label]}, {format_percent(error.confidence)} sure")
            for error in label_errors
        ]
    if kind == EXCLUDED:
        return [(path, "left out of training") for path in excluded]
    return [(path, describe_value(kind, value)) for path, value in report.odd.get(kind, ())]


def _find_label_errors(catalog: Catalog) -> tuple[Run | None, list[LabelError]]:
    """Return the best finished run on this data, if there is any, and the labels that it contradicts."""
    run = find_best_run(state.runs(), catalog.fingerprint)
    try:
        modified = run.files.predictions.stat().st_mtime_ns if run else 0
    except OSError:  # the run was deleted at this moment
        run = None
    return run, _read_label_errors(run.id, modified, catalog.version, run, catalog) if run else []


@st.cache_data(max_entries=4, show_spinner=False)
def _read_label_errors(run_id: str, modified: int, version: str, _run: Run, _catalog: Catalog) -> list[LabelError]:
    try:
        return find_label_errors(_run.predictions(_catalog.classes), _catalog)
    except RunError:  # its predictions are damaged
        return []


def _draw_summary(
    report: QualityReport, run: Run | None, label_errors: list[LabelError], excluded: tuple[str, ...]
) -> None:
    """Say in a sentence for each kind what was found, then what was not."""
    lines = [f"- {words}" for words in describe_findings(report).values()]
    if label_errors:
        name = label_runs(state.runs())[run.id]
        labels = "1 label" if len(label_errors) == 1 else f"{len(label_errors):,} labels"
        lines.append(
            f"- {labels} that the run **{markdown.escape(name)}** contradicts: it predicts the other class. "
            "Mostly the model is wrong, but where it is very sure, look whether the label is."
        )
    if excluded:
        lines.append(f"- {len(excluded):,} excluded from training: switch “Exclude” off to take one back.")
    st.markdown("\n".join(lines))
    listed = {kind: sum(pair.group == kind for pair in report.pairs) for kind in PAIRS}
    listed |= {kind: len(images) for kind, images in report.odd.items()} | {"unreadable": len(report.unreadable)}
    cut = [f"{count:,} {KINDS[kind][1]}" for kind, count in listed.items() if count < report.counts.get(kind, 0)]
    only_first = f" Only the first {', '.join(cut)} can be shown." if cut else ""
    st.caption(
        f"{describe_absent(report)}{only_first} An excluded image stays on the disk and on this page: runs that "
        "start from now on leave it out of training, validation and test, and each run notes which it left out."
    )
