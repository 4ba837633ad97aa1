"""The health of the data: start its check-up, see what it found, and exclude pictures from training."""

from pathlib import Path

import streamlit as st

from catdog.comparison import find_best_run
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

DOUBTED, EXCLUDED = "doubted", "excluded"
EVERY = 0.5  # seconds between two looks at the check-up


def draw_quality(dataset: Dataset) -> None:
    """Draw the section: a button before the check-up, its progress meanwhile, what it found afterwards."""
    found = _stored(dataset.catalog)
    if found is None:
        _checkup(dataset.catalog)
    else:
        st.fragment(_findings)(dataset, found)


def _stored(catalog: Catalog) -> QualityReport | None:
    file = report_path(state.settings(), catalog)
    try:
        return _read(file, file.stat().st_mtime_ns, len(catalog), catalog)
    except OSError:
        return None


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(file: Path, modified: int, number: int, _catalog: Catalog) -> QualityReport | None:
    return load_report(state.settings(), _catalog)


def _checkup(catalog: Catalog) -> None:
    """Draw the button that starts the check-up or, while one is at work, how far it is."""
    st.markdown(
        f"A check-up looks through all {len(catalog):,} pictures: for copies, above all for **leaks**, which are "
        "pictures that a model both learns from and is judged by, and for very small, dark, bright or blurred ones."
    )
    now = read_job_state(state.settings(), catalog)
    if now.active:
        st.fragment(_progress, run_every=EVERY, key="health-progress")(catalog)
        return
    if now.error:
        st.error(markdown.escape(now.error), icon=":material/error:")
    elif now.cut_off:
        st.warning("The last check-up was cut off before its end: start it again.", icon=":material/warning:")
    access.button("Check the pictures", on_click=_start, args=(catalog,), type="primary", icon=":material/stethoscope:")


def _start(catalog: Catalog) -> None:
    try:
        access.require()
        start_job(state.settings(), catalog)
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")


def _progress(catalog: Catalog) -> None:
    """Draw how far the check-up is; runs by itself while one is at work."""
    now = read_job_state(state.settings(), catalog)
    if not now.active:
        st.rerun()  # it has just ended: the whole page shows how
    share = min(1.0, now.done / now.total) if now.total else 0.0
    what = now.what[:1].upper() + now.what[1:] if now.what else "Checking the pictures"
    st.progress(share, text=f"{what} … {share:.0%}" if now.total else f"{what} …")


def _findings(dataset: Dataset, found: QualityReport) -> None:
    """Say what was found, and show one kind of it; runs by itself where a picture is excluded."""
    catalog = dataset.catalog
    with page.show_errors():
        left_out = list_excluded(state.settings(), catalog)
        run, doubted = _doubted(catalog)
        _say(found, run, doubted, left_out)
        kinds = [*describe_findings(found), *[DOUBTED] * bool(doubted), *[EXCLUDED] * bool(left_out)]
        if not kinds:
            return
        if st.session_state.get("finding", kinds[0]) not in kinds:
            del st.session_state["finding"]  # such as after the last excluded picture was taken back
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
            st.dataframe([{"file": path, "reason": why} for path, why in found.unreadable], hide_index=True)
        elif kind in PAIRS:
            pairs = [(pair.first, pair.second, describe_pair(pair)) for pair in found.pairs if pair.group == kind]
            show_pairs(dataset, pairs, frozenset(left_out))
        else:
            show_images(dataset, _singles(kind, catalog, found, doubted, left_out), frozenset(left_out))


def _singles(
    kind: str, catalog: Catalog, found: QualityReport, doubted: list[LabelError], left_out: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return (path, what to say of it) of each picture of a kind that comes one by one."""
    if kind == DOUBTED:
        return [
            (error.path, f"model: {catalog.classes[1 - error.label]}, {format_percent(error.confidence)} sure")
            for error in doubted
        ]
    if kind == EXCLUDED:
        return [(path, "left out of training") for path in left_out]
    return [(path, describe_value(kind, value)) for path, value in found.odd.get(kind, ())]


def _doubted(catalog: Catalog) -> tuple[Run | None, list[LabelError]]:
    """Return the best finished run on this data, if there is any, and the labels that it contradicts."""
    run = find_best_run(state.runs(), catalog.fingerprint)
    try:
        changed = run.files.predictions.stat().st_mtime_ns if run else 0
    except OSError:  # the run was deleted at this moment
        run = None
    return run, _read_label_errors(run.id, changed, catalog.fingerprint, run, catalog) if run else []


@st.cache_data(max_entries=4, show_spinner=False)
def _read_label_errors(run_id: str, changed: int, fingerprint: str, _run: Run, _catalog: Catalog) -> list[LabelError]:
    try:
        return find_label_errors(_run.predictions(), _catalog)
    except RunError:  # its predictions are damaged
        return []


def _say(found: QualityReport, run: Run | None, doubted: list[LabelError], left_out: tuple[str, ...]) -> None:
    """Say in a sentence for each kind what was found, then what was not."""
    lines = [f"- {words}" for words in describe_findings(found).values()]
    if doubted:
        many = "1 label" if len(doubted) == 1 else f"{len(doubted):,} labels"
        lines.append(
            f"- {many} that the run **{markdown.escape(run.name)}** doubts: it takes the picture for the other class. "
            "Mostly the model is wrong, but where it is very sure, look whether the label is."
        )
    if left_out:
        lines.append(f"- {len(left_out):,} excluded from training: switch “Exclude” off to take one back.")
    st.markdown("\n".join(lines))
    kept = {kind: sum(pair.group == kind for pair in found.pairs) for kind in PAIRS}
    kept |= {kind: len(pictures) for kind, pictures in found.odd.items()} | {"unreadable": len(found.unreadable)}
    short = [f"{kept[kind]:,} {KINDS[kind][1]}" for kind in kept if kept[kind] < found.counts.get(kind, 0)]
    cut = f" Only the first {', '.join(short)} can be shown." if short else ""
    st.caption(
        f"{describe_absent(found)}{cut} An excluded picture stays on the disk and on this page: runs that start from now on "
        "leave it out of training, validation and test, and each run notes which it left out."
    )
