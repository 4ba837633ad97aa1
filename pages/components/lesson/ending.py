"""The end of a lesson: whether the prediction was right, what the learner's own numbers tell, and the next lesson."""

from dataclasses import replace

import streamlit as st

from catdog.charts import CONFIG
from catdog.charts.expected_curve import plot_expected_curve
from catdog.lessons.explanation import explain, judge_prediction
from catdog.lessons.judging import find_truth, read_curve
from catdog.lessons.lesson import CURVE, Lesson
from catdog.lessons.progress import UNKNOWN, LessonProgress
from catdog.lessons.workspace import Workspace
from pages.components import learner, page, state
from pages.components.glossary import with_links

RIGHT, WRONG = ":material/check: **Your prediction was right.**", ":material/close: **Your prediction was not right.**"
NONE = ":material/remove: **You made no prediction.**"


def draw_ending(lesson: Lesson, progress: LessonProgress, following: tuple[int, Lesson] | None) -> None:
    """Draw the end of a lesson whose tasks are all passed.

    Args:
        lesson: The lesson.
        progress: How far the learner is with it.
        following: The next lesson and its number, None after the last one.
    """
    if progress.prediction == UNKNOWN:
        progress = replace(progress, prediction=None)
    with page.show_errors():
        workspace = learner.get_workspace(state.runs())
        right, _ = judge_prediction(lesson, progress.prediction, progress.passed, workspace)
        st.markdown(NONE if progress.prediction is None else RIGHT if right else WRONG)
        _draw_curves(lesson, progress, workspace)
        st.markdown(with_links(explain(lesson, progress, workspace)))
    if following is None:
        st.success("This was the last lesson of the course.", icon=":material/flag:")
        if st.button("Hand in your work", key="to-hand-in", type="primary", icon=":material/upload_file:"):
            st.switch_page("classroom.py", query_params={"view": "Hand in"})
        return
    number, other = following
    label = f"Lesson {number}: {other.title}"
    if st.button(label, key="next-lesson", type="primary", icon=":material/arrow_forward:"):
        st.switch_page("lesson.py", query_params={"lesson": other.name})


def _draw_curves(lesson: Lesson, progress: LessonProgress, workspace: Workspace) -> None:
    """Draw the expected curve beside the one that the run took; nothing where no curve was predicted."""
    if lesson.prediction.kind != CURVE:
        return
    real = find_truth(lesson.prediction, progress.passed, workspace)
    expected = read_curve(progress.prediction, len(real or ()))
    if not real or not expected:
        return
    low = min(0.01 * lesson.prediction.low, 0.01 * min(real))
    points = [(epoch, 0.01 * value) for epoch, value in enumerate(expected, start=1)]
    chart = plot_expected_curve(points, len(real), low, [0.01 * value for value in real], to_click=False)
    st.plotly_chart(
        chart,
        key="expected-and-real",
        config={**CONFIG, "displayModeBar": False},
        alt=f"Validation accuracy: you expected {expected[-1]:.0f}% at the end, your run reached {real[-1]:.1f}%.",
    )
