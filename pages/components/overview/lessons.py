"""The course's lessons on the Overview page: how far the learner is with each, and the button that goes on."""

import streamlit as st

from catdog.lessons.lesson import Course, Lesson
from catdog.lessons.outline import Present, describe_state, is_done
from catdog.lessons.progress import Progress
from pages.components import access, markdown
from pages.components.overview.next_step import NextStep

DONE, HERE, OTHER = "check_circle", "location_on", "school"


def describe_lesson(lesson: Lesson, progress: Progress, present: Present | None) -> str:
    """Return how far the learner is with one lesson, as Markdown; the one that they are in has a sign of its own.

    Args:
        lesson: The lesson.
        progress: How far the learner is with all lessons.
        present: What they do now.
    """
    mine = progress.of(lesson.name)
    state = describe_state(lesson, mine)
    icon = DONE if is_done(lesson, mine) else OTHER
    if progress.lessons and present is not None and present.lesson == lesson:
        return f":material/{HERE}: **Lesson: {state[0].lower()}{state[1:]}, you are here**"
    return f":material/{icon}: Lesson: {state[0].lower()}{state[1:]}"


def draw_lesson_button(number: int, lesson: Lesson, progress: Progress) -> None:
    """Draw the button that leads to one lesson; `number` is its place in the course, from 1."""
    verb, icon = "Start", "school"
    if is_done(lesson, progress.of(lesson.name)):
        verb, icon = "Look at", "replay"
    elif lesson.name in progress.lessons:
        verb, icon = "Go on with", "play_arrow"
    key = f"go-lesson-{lesson.name}"
    if st.button(f"{verb} lesson {number}", key=key, icon=f":material/{icon}:", width="stretch"):
        st.switch_page("lesson.py", query_params={"lesson": lesson.name})


def describe_next(present: Present) -> NextStep:
    """Return what the learner does now in the course, as the next step."""
    lesson, params = present.lesson, {"lesson": present.lesson.name}
    if present.task is None:
        return NextStep(f"Lesson {present.number}: {lesson.title}", lesson.goal, "Start the lesson", "lesson", params)
    button = f"Go on with lesson {present.number}"
    return NextStep(f"Lesson {present.number}: {lesson.title}", f"Now: {present.task.title}.", button, "lesson", params)


def warn_about_lessons(course: Course, progress: Progress) -> None:
    """Say to who teaches which lesson files can't be used, and to everybody that their own progress was damaged."""
    for fault in (*(course.faults if access.is_teacher() else ()), *filter(None, [progress.fault])):
        st.warning(markdown.escape(fault), icon=":material/warning:")
