"""The confusion matrix as four buttons: each says how many images it counts, and opens them."""

import numpy as np
import streamlit as st

from catdog.utils.text import format_percent
from pages.components import markdown
from pages.components.styles import apply_styles

CELLS = ("00", "01", "10", "11")  # the label, then the predicted class
CELL, HARDEST, DISPUTED = "chosen cell", "hardest", "runs disagree"  # which images to show, also in the address
# The button of a cell takes the clicks on all of the cell; its tint is the share of the label's images, so faint that
# text keeps a contrast of 4.5:1 on it in the dark theme.
LOOK = """
[class*="st-key-cell-"] { position: relative; border-radius: 0.6rem; padding: 0.6rem 0.8rem; }
@media (min-width: 1200px) { [class*="st-key-cell-"] { min-height: 6.5rem; justify-content: center; } }
[class*="st-key-cell-"] .stElementContainer, [class*="st-key-cell-"] .stButton,
[class*="st-key-cell-"] .stButton * { position: static; }
[class*="st-key-cell-"] .stButton button { min-height: 0; }
[class*="st-key-cell-"] .stButton button:is(:hover, :focus, :active), [class*="st-key-cell-"] p { color: inherit; }
[class*="st-key-cell-"] [data-testid="stCaptionContainer"] { color: inherit; opacity: 1; }
[class*="st-key-cell-"] [data-testid="stCaptionContainer"] * { color: inherit; opacity: 1; }
[class*="st-key-cell-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer;
  border-radius: 0.6rem; }
[class*="st-key-cell-"] .stButton button:focus-visible::after { outline: 3px solid currentColor; }
[class*="st-key-cell-"]:hover { filter: brightness(1.08); }
"""
RIGHT, WRONG = "128, 136, 150", "240, 228, 66"  # neither is a class's or a model's colour


def show_confusion_matrix(counts: np.ndarray, classes: tuple[str, str]) -> None:
    """Draw the matrix.

    Args:
        counts: The number of images, int (2, 2): [label][prediction].
        classes: The names of class 0 and class 1.
    """
    open_cell = get_cell() if st.session_state.get("show") == CELL else ""
    totals = counts.sum(axis=1)
    tints = []
    for cell in CELLS:
        label, predicted = int(cell[0]), int(cell[1])
        share = counts[label][predicted] / max(1, totals[label])
        outline = "outline: 3px solid;" if cell == open_cell else ""
        colour = RIGHT if label == predicted else WRONG
        tints.append(f".st-key-cell-{cell} {{ background: rgba({colour}, {0.08 + 0.3 * share:.3f}); {outline} }}")
    apply_styles(LOOK + "\n".join(tints))
    grid = st.grid(2, min_column_width=120, gap="xsmall")
    for cell in CELLS:
        label, predicted = int(cell[0]), int(cell[1])
        with grid.cell(), st.container(key=f"cell-{cell}", gap="xxsmall"):
            st.button(
                describe_cell(cell, int(counts[label][predicted]), classes),
                key=f"open-cell-{cell}",
                on_click=_open_cell,
                args=(cell,),
                type="tertiary",
                icon=":material/check:" if label == predicted else ":material/close:",
            )
            share = format_percent(counts[label][predicted] / totals[label] if totals[label] else None)
            shown = " · shown" if cell == open_cell else ""
            st.caption(f"{share} of the {markdown.escape(classes[label])}{shown}")
    upper, lower = (markdown.escape(name) for name in classes)
    st.caption(
        f":material/check: right, :material/close: wrong. Upper row: images labelled {upper}. Lower row: {lower}. "
        "Click a cell to see its images."
    )


def describe_cell(cell: str, count: int, classes: tuple[str, str]) -> str:
    """Return what a cell counts, such as "12 cats called dogs", as Markdown.

    Args:
        cell: One of CELLS.
        count: The number of its images.
        classes: The names of class 0 and class 1.
    """
    label, predicted = (markdown.escape(classes[int(digit)]) for digit in cell)
    return f"**{count:,}** {label} called {predicted}"


def get_cell() -> str:
    """Return the cell that the address names, "" for none."""
    cell = st.query_params.get("cell", "")
    return cell if cell in CELLS else ""


def _open_cell(cell: str) -> None:
    st.query_params["cell"] = cell
    st.session_state["show"] = CELL
    st.session_state["shown-page"] = 1
