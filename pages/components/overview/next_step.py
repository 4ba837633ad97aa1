"""The one next step on the Overview page: a model to train or, once all four are trained, a question to ask them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from catdog.comparison import label_runs
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import join_names
from pages.components import course, markdown

FIRST = "model4"  # it trains fastest and is right most often, so that Predict is soon of use
QUESTIONS = (
    (
        "compare",
        "Which models memorize?",
        "Training and validation accuracy tell.",
        "Compare the curves",
    ),
    ("evaluate", "Which photos fool them?", "Look at the mistakes: many have something in common.", "See the mistakes"),
    ("predict", "Do they know your pet?", "Give them a photo that they have never seen.", "Try your own photo"),
)


@dataclass(frozen=True)
class NextStep:
    """What a user does next.

    Attributes:
        title: The step in a few words.
        why: One or two plain sentences on it, as Markdown.
        button: The label of the button that leads there.
        page: The page that it leads to.
        params: The query parameters of that page.
    """

    title: str
    why: str
    button: str
    page: str
    params: Mapping[str, str] = field(default_factory=dict)


def choose_next_step(by_model: Mapping[str, list[Run]]) -> NextStep:
    """Return the next step.

    Args:
        by_model: {model: its runs on the data in use, newest first}.
    """
    runs = [run for members in by_model.values() for run in members]
    active = [run for run in runs if run.state in ACTIVE]
    if active:
        names = markdown.escape(join_names(list(label_runs(active).values())))
        return NextStep("Watch it learn", f"In training now: {names}.", "Watch the training", "train")
    finished = {name for name, members in by_model.items() if any(run.finished for run in members)}
    remaining = [name for name in (FIRST, *MODELS) if name not in finished]
    if not remaining:
        return _ask(finished)
    name = remaining[0]
    spec = MODELS[name]
    params = {"models": name}
    if not finished:
        why = f"{spec.idea} It is the fastest to train, and Predict can use it at once."
        return NextStep(f"Train {name} first", why, f"Train {name}", "train", params)
    return NextStep(f"Train {name}", spec.idea, f"Train {name}", "train", params)


def _ask(trained: set[str]) -> NextStep:
    """Return the first question whose page was not visited yet, else the last one."""
    chosen = next((question for question in QUESTIONS if not course.was_visited(question[0])), QUESTIONS[-1])
    name, title, why, button = chosen
    return NextStep(title, f"All {len(trained)} models are trained. {why}", button, name)


def draw_next_step(step: NextStep) -> None:
    """Draw the step and its button."""
    with st.container(border=True, key="next-step"):
        st.header(step.title, anchor=False)
        st.markdown(step.why)
        if st.button(step.button, key="go-next", type="primary", icon=":material/arrow_forward:", width="stretch"):
            st.switch_page(f"{step.page}.py", query_params=dict(step.params))
