"""The present task of a lesson: the way to the page where it is done, its answer, its check and its hints."""

from typing import Any

import streamlit as st

from catdog.lessons.checks import Outcome, check_task
from catdog.lessons.lesson import CHOICE, NUMBER, PHOTO, Lesson, Task
from catdog.lessons.links import fill_params
from catdog.lessons.progress import LessonProgress
from catdog.lessons.steps import open_hint, record_outcome
from catdog.runs import Run
from pages.components import access, learner, page, state
from pages.components.glossary import with_links
from pages.components.lesson.photo import draw_photo_input

_OUTCOMES = "lesson-outcomes"  # the session's key of {(lesson, task): the last outcome}


def draw_task(lesson: Lesson, task: Task, progress: LessonProgress, runs: list[Run]) -> None:
    """Draw the task; one that is done without an answer is passed at once, and the page drawn again.

    Args:
        lesson: The lesson.
        task: The task that is open.
        progress: How far the learner is with the lesson.
        runs: All runs, newest first.
    """
    with page.show_errors():
        if not task.check.asks and not access.reason_denied():
            outcome = check_task(task, learner.get_workspace(runs))
            if outcome.passed:
                _record(lesson, task, None, outcome)
    number = lesson.tasks.index(task) + 1
    st.header(f"Task {number} of {len(lesson.tasks)}: {task.title}", anchor=False)
    st.markdown(with_links(task.text))
    if st.button(task.button, key=f"do-{task.name}", type="primary", icon=":material/arrow_forward:"):
        params = fill_params(task, learner.get_workspace(runs))
        state.forget_inputs(task.page, params)
        st.switch_page(f"{task.page}.py", query_params=params)
    answer = _draw_answer(lesson, task)
    with st.container(horizontal=True, gap="small"):
        check = access.button(
            "Check my answer" if task.check.asks else "Check",
            key=f"check-{task.name}",
            icon=":material/fact_check:",
        )
        _draw_hint_button(lesson, task, progress)
    if check:
        with page.show_errors():
            _record(lesson, task, answer, check_task(task, learner.get_workspace(runs), answer))
    outcome = find_outcome(lesson, task)
    if outcome is not None and not outcome.passed:
        st.warning(outcome.reason, icon=":material/info:")
    for hint in task.hints[: progress.hints.get(task.name, 0)]:
        st.info(hint, icon=":material/lightbulb:")


def find_outcome(lesson: Lesson, task: Task) -> Outcome | None:
    """Return what the last check in this tab has shown, None before one."""
    return st.session_state.get(_OUTCOMES, {}).get((lesson.name, task.name))


def _record(lesson: Lesson, task: Task, answer: object, outcome: Outcome) -> None:
    """Keep an outcome; the page is drawn again where the task is passed."""
    learner.change_progress(
        lambda progress: record_outcome(progress, lesson, task.name, answer, outcome.passed, outcome.evidence)
    )
    st.session_state.setdefault(_OUTCOMES, {})[lesson.name, task.name] = outcome
    if outcome.passed:
        st.rerun()


def _draw_answer(lesson: Lesson, task: Task) -> Any:
    """Draw the field for what the task asks; return the answer, None before there is one."""
    key, kind = f"answer-{lesson.name}-{task.name}", task.check.asks
    if kind == CHOICE:
        return st.radio("Your answer", task.check.options, index=None, key=key)
    if kind == NUMBER:
        unit = f" ({task.check.unit})" if task.check.unit else ""
        return st.number_input(f"Your answer{unit}", value=None, step=1.0, format="%g", key=key, width=260)
    return draw_photo_input(state.dataset(), key) if kind == PHOTO else None


def _draw_hint_button(lesson: Lesson, task: Task, progress: LessonProgress) -> None:
    """Draw the button that opens the next hint; nothing once all are open."""
    opened = progress.hints.get(task.name, 0)
    if opened >= len(task.hints):
        return
    label = "Show a hint" if not opened else "Show a plainer hint"
    if access.button(label, key=f"hint-{task.name}", icon=":material/lightbulb:", type="tertiary"):
        with page.show_errors():
            learner.change_progress(lambda now: open_hint(now, lesson.name, task.name, opened + 1))
            st.rerun()
