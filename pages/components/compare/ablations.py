"""What the ablations among the chosen runs have shown."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.comparison.ablations import CAVEAT, describe_ablations
from catdog.runs import Run
from pages.components import markdown


def show_ablations(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """Draw the section; nothing where none of the runs is an ablation of another.

    Args:
        runs: The chosen runs.
        names: {run id: what the page calls it}.
    """
    sentences = describe_ablations(runs, names)
    if sentences:
        st.header("Which change does it?", anchor=False)
        st.markdown("\n".join(f"- {markdown.escape(sentence)}" for sentence in sentences))
        st.caption(CAVEAT)
