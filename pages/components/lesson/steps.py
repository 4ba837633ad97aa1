"""The steps of a lesson as a list: the prediction, its tasks and the explanation, each with its state."""

import streamlit as st

from catdog.lessons.lesson import Lesson
from catdog.lessons.outline import find_task
from catdog.lessons.progress import LessonProgress
from pages.components.lesson.prediction import describe_prediction
from pages.components.lesson.task import find_outcome

DONE, PRESENT, LATER = ":material/check_circle:", ":material/arrow_right_alt:", ":material/radio_button_unchecked:"


def draw_steps(lesson: Lesson, progress: LessonProgress, number: int, count: int) -> None:
    """Draw the list.

    Args:
        lesson: The lesson.
        progress: How far the learner is with it.
        number: Its place in the course, from 1.
        count: How many lessons there are.
    """
    st.header("Steps", anchor=False)
    task = find_task(lesson, progress)
    predicted = describe_prediction(lesson.prediction, progress)
    lines = [_line("Predict", bool(predicted), not predicted, f"You predicted: {predicted}" if predicted else "")]
    for other in lesson.tasks:
        outcome = find_outcome(lesson, other)
        passed = other.name in progress.passed
        lines.append(_line(other.title, passed, other == task, outcome.reason if passed and outcome else ""))
    lines.append(_line("Explanation", False, bool(predicted) and task is None))
    st.markdown("\n\n".join(lines))
    label = f"Lesson {number} of {count} · **all lessons**"
    st.page_link("overview.py", label=label, icon=":material/toc:")


def _line(title: str, done: bool, present: bool, more: str = "") -> str:
    """Return one step as Markdown."""
    to_do = f"{PRESENT} **{title}**" if present else f":gray[{LATER} {title}]"
    text = f"{DONE} {title}" if done else to_do
    return f"{text}  \n:small[{more}]" if more else text
