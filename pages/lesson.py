"""One lesson: what it is about, a prediction, then one task after another, and what the learner's own numbers tell."""

from contextlib import suppress

import streamlit as st

from catdog.comparison import label_runs
from catdog.errors import CatDogError
from catdog.lessons.lesson import Lesson, Task
from catdog.lessons.outline import find_task, is_done
from catdog.lessons.progress import Progress
from catdog.lessons.steps import set_current
from catdog.runs import Run
from catdog.training import ACTIVE
from pages.components import learner, markdown, page, state
from pages.components.lesson.ending import draw_ending
from pages.components.lesson.prediction import draw_prediction
from pages.components.lesson.steps import draw_steps
from pages.components.lesson.task import draw_task
from pages.components.styles import apply_styles

PARAM = "lesson"
LOOK = ":is(.st-key-present-step, .st-key-lesson-steps) h2 { font-size: 1.25rem; padding: 0.25rem 0 0.5rem; }"


def main() -> None:
    """Draw the page."""
    page.stop_unless_started()
    course, progress = learner.get_course(), learner.get_progress()
    if not course.lessons:
        page.page_header("Lesson", "There is no lesson: no file of the course can be read. The Overview says why.")
        return
    lesson = course.lesson(_choose(course.lessons, progress))
    number = course.lessons.index(lesson) + 1
    _note_current(lesson, progress)
    page.page_header(f"Lesson {number}: {lesson.title}", lesson.goal)
    page.warn_invalid_query_params(_list_faults([other.name for other in course.lessons]), "lesson")
    apply_styles(LOOK)
    left, right = st.columns([5, 3], gap="medium")
    with left.container(border=True, key="present-step"):
        following = (number + 1, course.lessons[number]) if number < len(course.lessons) else None
        _draw_present(lesson, following)
    with right.container(key="lesson-steps"):
        draw_steps(lesson, progress.of(lesson.name), number, len(course.lessons))


def _choose(lessons: tuple[Lesson, ...], progress: Progress) -> str:
    """Return the lesson that the address names, else the one that was begun last, else the first."""
    names = [lesson.name for lesson in lessons]
    return next((name for name in (st.query_params.get(PARAM), progress.current) if name in names), names[0])


def _note_current(lesson: Lesson, progress: Progress) -> None:
    """Let the strip show a lesson that was begun and is opened again."""
    mine = progress.lessons.get(lesson.name)
    if mine is None or is_done(lesson, mine) or progress.current == lesson.name:
        return
    with suppress(CatDogError):  # of a visitor, or where nothing can be stored
        learner.change_progress(lambda now: set_current(now, lesson.name))


def _list_faults(names: list[str]) -> list[str]:
    """Return a sentence if the address names no lesson of the course."""
    return page.describe_invalid_word(PARAM, st.query_params.get(PARAM, names[0]), names)


def _draw_present(lesson: Lesson, following: tuple[int, Lesson] | None) -> None:
    """Draw what is to be done now; while a model trains, the page looks every two seconds whether the task is done."""
    mine = learner.get_progress().of(lesson.name)
    task = find_task(lesson, mine)
    if mine.prediction is None:
        draw_prediction(lesson)
    elif task is None:
        draw_ending(lesson, mine, following)
    else:
        waits = not task.check.asks and bool(_list_active())
        st.fragment(_draw_task, run_every=2 if waits else None, key="present-task")(lesson, task, waits)


def _draw_task(lesson: Lesson, task: Task, waits: bool) -> None:
    """Draw the open task; runs by itself while it waits for a training."""
    active = _list_active() if waits else []
    if waits and not active:
        st.rerun()  # it has just ended: the page polls no more
    draw_task(lesson, task, learner.get_progress().of(lesson.name), state.runs())
    names = label_runs(active)
    for run in active:
        is_training = run.state == "running"
        how_far = f"training, epoch {max(run.status.epoch, 1)} of {run.status.epochs}" if is_training else run.state
        st.caption(
            f":material/hourglass_top: {markdown.escape(names[run.id])} is {how_far}. This page notices when it has "
            "finished."
        )


def _list_active() -> list[Run]:
    return [run for run in state.runs() if run.state in ACTIVE]


main()
