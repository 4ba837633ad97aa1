"""The confusion matrix as four buttons: each says how many pictures it counts, and opens them."""

import numpy as np
import streamlit as st

from catdog.utils.text import format_percent
from pages.components import markdown

CELLS = ("00", "01", "10", "11")  # the label, then the answer
CELL, HARDEST, DISPUTED = "chosen cell", "hardest", "runs disagree"  # which pictures to show, also in the address
# The button of a cell takes the clicks on all of the cell; its tint is the share of the label's pictures.
LOOK = """<style>
[class*="st-key-cell-"] { position: relative; border-radius: 0.6rem; padding: 0.6rem 1rem; }
[class*="st-key-cell-"] .stElementContainer, [class*="st-key-cell-"] .stButton,
[class*="st-key-cell-"] .stButton * { position: static; }
[class*="st-key-cell-"] .stButton button { min-height: 0; }
[class*="st-key-cell-"] .stButton button:is(:hover, :focus, :active), [class*="st-key-cell-"] p { color: inherit; }
[class*="st-key-cell-"] [data-testid="stCaptionContainer"] { color: inherit; }
[class*="st-key-cell-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer;
  border-radius: 0.6rem; }
[class*="st-key-cell-"] .stButton button:focus-visible::after { outline: 3px solid currentColor; }
[class*="st-key-cell-"]:hover { filter: brightness(1.08); }
TINTS
</style>"""
RIGHT, WRONG = "0, 158, 115", "213, 94, 0"


def matrix(counts: np.ndarray, classes: tuple[str, str]) -> None:
    """Draw the matrix. counts: int (2, 2), [label][answer]; classes: the names of class 0 and class 1."""
    chosen = cell()
    totals = counts.sum(axis=1)
    tints = []
    for name in CELLS:
        label, answer = int(name[0]), int(name[1])
        share = counts[label][answer] / max(1, totals[label])
        outline = "outline: 3px solid;" if name == chosen else ""
        colour = RIGHT if label == answer else WRONG
        tints.append(f".st-key-cell-{name} {{ background: rgba({colour}, {0.08 + 0.4 * share:.3f}); {outline} }}")
    st.html(LOOK.replace("TINTS", "\n".join(tints)))
    grid = st.grid(2, min_column_width=120, gap="xsmall")
    for name in CELLS:
        label, answer = int(name[0]), int(name[1])
        is_right = label == answer
        with grid.cell(), st.container(key=f"cell-{name}", gap="xxsmall"):
            st.button(
                cell_words(name, int(counts[label][answer]), classes),
                key=f"open-cell-{name}",
                on_click=_open,
                args=(name,),
                type="tertiary",
                icon=":material/check:" if is_right else ":material/close:",
            )
            share = format_percent(counts[label][answer] / totals[label] if totals[label] else None)
            st.caption(f"{share} of the {markdown.escape(classes[label])}")
    upper, lower = (markdown.escape(name) for name in classes)
    st.caption(f"Upper row: labelled {upper}. Lower row: labelled {lower}. Green is right, red is wrong.")


def cell_words(name: str, count: int, classes: tuple[str, str]) -> str:
    """Say what a cell counts, such as "12 cats called dogs", as Markdown."""
    label, answer = (markdown.escape(classes[int(one)]) for one in name)
    return f"**{count:,}** {label} called {answer}"


def cell() -> str:
    """Return the cell that the address names, "" for none."""
    name = st.query_params.get("cell", "")
    return name if name in CELLS else ""


def _open(name: str) -> None:
    st.query_params["cell"] = name
    st.session_state["show"] = CELL
    st.session_state["shown-page"] = 1
