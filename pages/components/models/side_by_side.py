"""The four models side by side, and what changed between any two of them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import streamlit as st

from catdog.comparison import select_by_validation
from catdog.models.differences import describe_changes, list_differences
from catdog.models.facts import list_changed_facts, list_facts
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.utils.text import format_percent, join_names

BEFORE = "the one before"


def draw_table(by_model: Mapping[str, Sequence[Run]], on_photos: str) -> None:
    """Draw the facts and scores of all four models; what a model changes against the one before is bold.

    Args:
        by_model: {model: its runs on the data in use, newest first}.
        on_photos: Words that the reference course's scores are for photos, "" where photos are the data in use.
    """
    names = list(MODELS)
    facts = {name: list_facts(name) for name in names}
    changed = {name: list_changed_facts(name, before) for before, name in pairwise(names)}
    rows = [
        [key, *(_emphasize(facts[name][key], key in changed.get(name, ())) for name in names)]
        for key in facts[names[0]]
    ]
    reference = [format_percent(spec.published.best_val_accuracy, 0) for spec in MODELS.values()]
    best = [select_by_validation([run for run in by_model[name] if not run.config.quick]) for name in names]
    rows.append([f"Reference course{on_photos}", *reference])
    rows.append(["Your best", *(format_percent(run.selection_accuracy if run else None) for run in best)])
    with st.container(key="models-table"):
        st.markdown("\n".join(map(_join, [["", *names], ["---"] * (1 + len(names)), *rows])))


def draw_changes(name: str, other: str) -> None:
    """Draw what changed from one model to another, with the reasons where they follow each other in the course.

    Args:
        name: The model.
        other: The model that it is compared with, or `BEFORE`.
    """
    names = list(MODELS)
    before = names[names.index(name) - 1] if names.index(name) else ""
    other = before if other == BEFORE else other
    if not other or other == name:
        baseline = format_percent(MODELS[names[0]].goal, 0)
        st.markdown(
            f"{names[0]} is the first, so there is only guessing to compare it with: always naming the same class is "
            f"right {baseline} of the time where both are equally frequent. Every model has to beat that baseline."
            if not other
            else "Choose two different models to see what changed."
        )
        return
    if other == before:
        st.markdown(
            f"{name} makes {describe_changes(name)}.",
            help="They come together, so a better score does not show which of them is the reason. A run's ablations, "
            "in its details on Train, change one thing at a time.",
        )
        grid = st.grid(2, min_column_width=280, border=True)
        for change in list_differences(name):
            with grid.cell():
                st.markdown(f"**{change.what}**  \n{change.why}")
        return
    new, old = list_facts(name), list_facts(other)
    keys = list_changed_facts(name, other)
    st.markdown("\n".join(map(_join, [["", other, name], ["---"] * 3, *([key, old[key], new[key]] for key in keys)])))
    if same := [key.lower() for key in new if key not in keys]:
        st.caption(f"The same in both: {join_names(same)}.")


def _emphasize(text: str, changed: bool) -> str:
    return f"**{text}**" if changed else f":gray[{text}]"


def _join(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
