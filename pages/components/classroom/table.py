"""The teacher's table: a row for each student, with what contradicts itself, and all of one student below."""

from collections.abc import Hashable
from pathlib import Path

import streamlit as st

from catdog.handin import Grade, grade_folder, grades_csv
from catdog.handin.grading import RunGrade
from catdog.handin.store import list_newest, list_received, receive_handin, remove_received
from catdog.utils.text import format_percent
from pages.components import access, markdown, page, state
from pages.components.classroom.student import draw_student
from pages.components.jobs import await_result
from pages.components.uploads import limit_upload

KEY, FIELD, LARGEST = "grades", "handin-zips", 2000  # MB
CHOSEN = "grades-table"
WHAT = "Each model is asked about the images in use. You can leave this page: it goes on."


def draw_table() -> None:
    """Draw the table, or how far it is; nothing is computed again until a hand-in is new."""
    files = list_newest(state.settings())
    if not access.is_signed_in():
        st.caption(":material/computer: Nobody signs in here, so whoever uses this machine sees the table.")
    if files:
        grades = _get_grades(files)
        if grades is not None:
            _draw_grades(grades, {path.name: path for path in files})
    else:
        st.info(
            "What students hand in on this page will appear here. You can also add zips that you got elsewhere.",
            icon=":material/groups:",
        )
    _draw_received()


def _get_grades(files: list[Path]) -> list[Grade] | None:
    """Return the rows for the data in use; None while they are made, behind a bar, or where an error is shown."""
    settings, source, jobs = state.settings(), state.source(), state.jobs()
    key: tuple[Hashable, ...] = (KEY, settings, source, tuple((path, path.stat().st_mtime_ns) for path in files))
    jobs.forget_where(lambda other, job: other[0] == KEY and other != key and not job.active)
    job = jobs.find(key) or jobs.start(key, lambda progress: grade_folder(files, settings, source, "", progress))
    return await_result(jobs, key, job, WHAT)


def _draw_grades(grades: list[Grade], files: dict[str, Path]) -> None:
    rows = [_make_row(grade) for grade in grades]
    chosen = st.dataframe(
        rows,
        key=CHOSEN,
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        width="stretch",
    )
    selected = chosen.selection.rows
    st.caption(
        "Select a row to see all of a student. **Scored anew** is the accuracy of the best handed-in model on "
        f"{_describe_images(grades)}. **Difference** tells how far that is from Test. **To ask about** counts what "
        "contradicts itself."
    )
    st.download_button(
        "Download the table (CSV)",
        lambda: grades_csv(grades),
        "class.csv",
        "text/csv",
        key="take-table",
        on_click="ignore",
        icon=":material/table_rows:",
    )
    if selected and selected[0] < len(grades):
        grade = grades[selected[0]]
        draw_student(grade, files.get(grade.file))


def _make_row(grade: Grade) -> dict[str, str | int]:
    best, read = grade.best, not grade.error
    return {
        "Student": grade.name,
        "To ask about": len(grade.all_findings) if read else 1,
        "Lessons": str(grade.lessons_done) if read else "can't be read",
        "Tasks": f"{grade.tasks_confirmed} of {grade.tasks_passed}" if read else "–",
        "Predictions": f"{grade.predictions_right} of {grade.predictions_made}" if read else "–",
        "Best run": best.name if best else "–",
        "Validation": format_percent(best.val_accuracy) if best else "–",
        "Test": format_percent(best.test_accuracy) if best else "–",
        "Scored anew": format_percent(best.rescored) if best else "–",
        "Difference": _describe_difference(best),
    }


def _describe_difference(run: RunGrade | None) -> str:
    """Return by how many points the accuracy that was measured anew is above or below the test accuracy."""
    if run is None or run.rescored is None or run.test_accuracy is None:
        return "–"
    points = round(100 * (run.rescored - run.test_accuracy), 1)
    return f"{points:+.1f} points".replace("-", "−") if points else "none"


def _describe_images(grades: list[Grade]) -> str:
    count = max((run.images for grade in grades for run in grade.runs), default=0)
    return f"{count:,} images of the data in use" if count else "the data in use"


def _draw_received() -> None:
    """Draw the field that takes zips from elsewhere, and the button that removes them."""
    settings = state.settings()
    received = list_received(settings)
    with st.expander("Hand-ins from elsewhere", icon=":material/upload_file:"):
        limit, exhausted = limit_upload(LARGEST, FIELD)
        with st.form("receive", border=False, clear_on_submit=True):
            uploads = st.file_uploader(
                "Zips", type=["zip"], accept_multiple_files=True, max_upload_size=limit, disabled=exhausted
            )
            submitted = st.form_submit_button("Add to the table", icon=":material/add:")
        if submitted:
            with page.show_errors():
                access.require_teacher()
                for upload in uploads:
                    receive_handin(settings, upload, upload.name)
                st.rerun()
        if received:
            st.caption(f"{len(received)} added: " + markdown.escape(", ".join(path.name for path in received[:10])))
            if st.button("Remove these", key="remove-received", icon=":material/delete:"):
                with page.show_errors():
                    access.require_teacher()
                    remove_received(settings)
                    st.rerun()
