"""What a learner expects, asked before anything is done, and kept as they first said it."""

import streamlit as st

from catdog.lessons.lesson import CHOICE, CURVE, Lesson, Prediction
from catdog.lessons.progress import UNKNOWN, LessonProgress
from catdog.lessons.steps import record_prediction
from catdog.utils.text import format_percent
from pages.components import access, learner, markdown, page
from pages.components.glossary import with_links
from pages.components.lesson.curve import draw_curve_input, forget_curve


def draw_prediction(lesson: Lesson) -> None:
    """Draw the question with the buttons that keep the answer."""
    question = lesson.prediction
    st.header("First, your prediction", anchor=False)
    st.markdown(with_links(question.question))
    answer = _draw_input(lesson.name, question)
    with st.container(horizontal=True, gap="small"):
        keep = access.button(
            "Keep my prediction",
            key="keep-prediction",
            type="primary",
            icon=":material/check:",
        )
        skip = access.button(UNKNOWN, key="skip-prediction")
    st.caption("No marks are given for this. A prediction makes the result stick, whether it was right or wrong.")
    if keep and answer is None:
        st.warning(f"Answer first, or choose “{UNKNOWN}”.", icon=":material/info:")
    elif keep or skip:
        with page.show_errors():
            given = UNKNOWN if skip or answer is None else answer
            learner.change_progress(lambda progress: record_prediction(progress, lesson.name, given))
            forget_curve()
            st.rerun()


def _draw_input(name: str, question: Prediction) -> str | float | list[list[float]] | None:
    """Draw the field for one kind of answer; return what was answered, None before that."""
    if question.kind == CHOICE:
        return st.radio(
            "Your prediction",
            question.options,
            index=None,
            key=f"prediction-{name}",
            label_visibility="collapsed",
        )
    if question.kind == CURVE:
        return draw_curve_input(question.epochs, question.low / 100)
    unit = f" ({question.unit})" if question.unit else ""
    return st.number_input(
        f"Your prediction{unit}",
        min_value=float(question.low),
        max_value=float(question.high),
        value=None,
        step=1.0,
        format="%g",
        key=f"prediction-{name}",
        width=260,
    )


def describe_prediction(question: Prediction, progress: LessonProgress) -> str:
    """Return what somebody predicted, as Markdown; "" before that."""
    answer = progress.prediction
    if answer is None:
        return ""
    if isinstance(answer, str):
        return markdown.escape(answer)
    if isinstance(answer, list):
        return f"a curve from {format_percent(answer[0][1], 0)} to {format_percent(answer[-1][1], 0)}" if answer else ""
    unit = question.unit if question.unit == "%" else f" {question.unit}"
    return f"{answer:g}{unit}".rstrip()
