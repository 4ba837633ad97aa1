"""The diagnosis of each run on the Compare page, the button that tries its remedy, and whether that has helped."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.comparison import (
    Diagnosis,
    apply_remedy,
    compare_groups,
    describe_groups,
    describe_outcome,
    describe_spread,
    group_by_seed,
    label_groups,
    label_runs,
)
from catdog.runs import MOMENT, Run, launch_all
from catdog.training import ACTIVE
from catdog.training.config import TrainConfig
from pages.components import access, markdown, page, state
from pages.components.glossary import with_links
from pages.components.run_data import GONE, has_data, open_own_data

ICONS = {
    "fits": "check_circle",
    "overfits": "trending_up",
    "underfits, still improving": "hourglass_top",
    "underfits": "horizontal_rule",
}
MAX_NAME = 80  # characters of a run's name
NARROWEST = 300  # pixels of a card


def show_diagnoses(runs: Sequence[Run], names: Mapping[str, str], diagnoses: Mapping[str, Diagnosis]) -> None:
    """Draw the section; nothing before a first epoch has ended.

    Args:
        runs: The chosen runs.
        names: {run id: what the page calls it}.
        diagnoses: {run id: its diagnosis}, of those that have one.
    """
    if not diagnoses:
        return
    st.header("Diagnosis", anchor=False)
    st.caption(
        with_links(
            "Read from the whole learning curve. \u201cAt the end\u201d means the median of the last five epochs."
        )
    )
    everything = state.runs()
    all_names = label_runs(everything) | dict(names)
    grid = st.grid(2, min_column_width=NARROWEST)
    for run in runs:
        if run.id in diagnoses:
            with grid.cell(), st.container(border=True, key=f"diagnosis-{run.id}"):
                _show_diagnosis(run, all_names, diagnoses[run.id], everything)
    sentences = _describe_seed_noise(runs, names)
    if sentences:
        st.markdown("\n".join(f"- {markdown.escape(sentence)}" for sentence in sentences))


def _show_diagnosis(run: Run, names: Mapping[str, str], diagnosis: Diagnosis, everything: Sequence[Run]) -> None:
    active = run.state in ACTIVE
    so_far = ", so far" if active else ""
    icon = ICONS.get(diagnosis.verdict, "error")
    st.markdown(
        f":material/{icon}: **{markdown.escape(names[run.id])}: {diagnosis.title}{so_far}**  \n"
        f"{diagnosis.seen} {diagnosis.advice}"
    )
    by_id = {other.id: other for other in everything}
    if before := by_id.get(run.remedy.get("of", "")):
        _show_outcome(before, run, f"It is the remedy for {markdown.escape(names[before.id])}")
    attempts = [other for other in everything if other.remedy.get("of") == run.id]
    for attempt in attempts[:1]:
        _show_outcome(run, attempt, f"Tried: {markdown.escape(names[attempt.id])}")
    if active or diagnosis.remedy is None:
        return
    with page.show_errors():
        config = apply_remedy(run.config, diagnosis.remedy)
        if any(attempt.config == config and (attempt.finished or attempt.state in ACTIVE) for attempt in attempts):
            return
        gone = not has_data(run)
        if access.button(
            f"Run {diagnosis.remedy.phrase}",
            key=f"remedy-{run.id}",
            icon=":material/play_arrow:",
            disabled=gone,
            help=GONE if gone else "Starts a run with this one change, on the same images.",
        ):
            _start(run, config, f"{run.name}, {diagnosis.remedy.phrase}"[:MAX_NAME], diagnosis)


def _start(run: Run, config: TrainConfig, name: str, diagnosis: Diagnosis) -> None:
    remedy = {"of": run.id, "verdict": str(diagnosis.verdict)}
    catalog = open_own_data(run)
    access.perform(launch_all, [config], [name], moment=MOMENT, catalog=catalog, remedy=remedy)
    st.rerun()


def _show_outcome(before: Run, after: Run, beginning: str) -> None:
    """Say what has become of a remedy: of a finished run whether it helped, of any other its state."""
    if after.finished:
        outcome = describe_outcome(after.remedy.get("verdict", ""), before, after, (before.history(), after.history()))
        st.markdown(f":material/healing: {beginning}. {outcome}")
    else:
        st.markdown(f":material/healing: {beginning}. It is {after.state}; once it is done, this says if it helped.")


def _describe_seed_noise(runs: Sequence[Run], names: Mapping[str, str]) -> list[str]:
    """Return a sentence for each group of runs that differ in their seed only, and for each two of them."""
    groups = group_by_seed(runs)
    scored = []
    for title, members in zip(label_groups(groups, names), groups, strict=True):
        scores = [run.selection_accuracy for run in members if run.finished and run.selection_accuracy is not None]
        if len(scores) > 1:
            scored.append((title, scores))
    sentences = [describe_spread(title, scores) for title, scores in scored]
    for index, (first, scores) in enumerate(scored):
        for second, others in scored[index + 1 :]:
            sentences.append(describe_groups(first, second, compare_groups(scores, others)))
    return sentences
