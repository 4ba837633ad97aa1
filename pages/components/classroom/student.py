"""All of one student's hand-in: what contradicts itself, the runs, the lessons."""

from pathlib import Path

import streamlit as st

from catdog.handin import Grade
from catdog.handin.lesson_grades import LessonGrade
from catdog.utils.text import format_percent, format_time, slugify
from pages.components.markdown import escape_and_unlink


def draw_student(grade: Grade, file: Path | None) -> None:
    """Draw it. Everything in it may have been written by the student, so it is shown as plain text.

    Args:
        grade: The student's row.
        file: The zip, which can be downloaded; None where it has gone.
    """
    st.header(escape_and_unlink(grade.name), anchor=False)
    if file is not None and file.is_file():
        st.download_button(
            "Download the hand-in",
            file.read_bytes,
            f"handin-{slugify(grade.name) or file.stem}.zip",
            "application/zip",
            key="take-handin",
            on_click="ignore",
            icon=":material/download:",
            help="The zip as it was handed in, with report.html and notebook.ipynb. The student may have changed them.",
        )
    if grade.error:
        st.error(escape_and_unlink(grade.error), icon=":material/error:")
        return
    who = f"{escape_and_unlink(grade.person)} · " if grade.person else ""
    hints = f" · {grade.hints} hint{'' if grade.hints == 1 else 's'} opened"
    st.caption(f"{who}Handed in {format_time(grade.made)}{hints}")
    if grade.all_findings:
        st.markdown(
            "**To ask about.** These are facts, and accuse nobody.\n"
            + "\n".join(f"- {escape_and_unlink(finding)}" for finding in grade.all_findings)
        )
    st.subheader("Runs", anchor=False)
    st.dataframe(
        [
            {
                "Run": run.name,
                "Validation": format_percent(run.val_accuracy),
                "Test": format_percent(run.test_accuracy),
                "Scored anew": format_percent(run.rescored),
            }
            for run in grade.runs
        ],
        key="student-runs",
        hide_index=True,
    )
    st.subheader("Lessons", anchor=False)
    if not grade.lessons:
        st.caption("No lesson was begun.")
    for lesson in grade.lessons:
        _draw_lesson(lesson)


def _draw_lesson(lesson: LessonGrade) -> None:
    state = "done" if lesson.done else f"{sum(task.confirmed for task in lesson.tasks)} tasks confirmed"
    with st.expander(f"{escape_and_unlink(lesson.title)} · {state}"):
        if lesson.prediction:
            sign = {True: "check", False: "close", None: "help"}[lesson.right]
            st.markdown(f":material/{sign}: **Predicted** {escape_and_unlink(lesson.prediction)}. {lesson.verdict}")
        for task in lesson.tasks:
            sign = "check" if task.confirmed else "close"
            answer = f" **{escape_and_unlink(task.answer)}**" if task.answer else ""
            st.markdown(f":material/{sign}: {escape_and_unlink(task.title)}:{answer} {task.reason}")
