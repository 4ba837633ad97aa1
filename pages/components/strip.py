"""The strip above every page: the lesson's present task in one line, which can be put away."""

import streamlit as st

from catdog.errors import CatDogError
from catdog.lessons.checks import check_task
from catdog.lessons.outline import Present, find_present
from catdog.lessons.progress import Progress
from catdog.lessons.steps import set_hidden
from catdog.runs.store import sort_entries
from pages.components import learner, state
from pages.components.course import OVERVIEW, get_current_page
from pages.components.person import find_learner

PAGES_WITHOUT = ("lesson", "classroom")  # the one shows the same in full, the other is the teacher's
_CHECKED = "strip-checked"  # the session's key of what was checked last, and whether it is passed
_HIDDEN = "strip-hidden"  # the session's key of whether a visitor has put it away
# On a telephone the strip lies in the bar at the top, beside the button that opens the sidebar.
LOOK = """
.st-key-lesson-strip {
    flex-wrap: nowrap; margin-block: -0.9rem -0.6rem; padding-inline: 0.5rem; border-radius: 0.6rem;
    background-color: color-mix(in srgb, #008060 10%, transparent);
}
.st-key-lesson-strip > :first-child { flex: 1 1 0; min-width: 0; }
.st-key-lesson-strip a { padding: 0; min-height: 1.75rem; }
.st-key-lesson-strip :is(a p, a span:has(> p)) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-lesson-strip p { font-size: 0.875rem; }
.st-key-lesson-strip button { min-height: 1.75rem; padding: 0 0.25rem; }
.st-key-lesson-strip button p { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 640px) {
    [data-testid="stLayoutWrapper"]:has(> .st-key-lesson-strip) { position: absolute; }
    .st-key-lesson-strip {
        position: fixed; z-index: 999990; inset: 0.75rem 3rem auto 6.25rem; width: auto; margin: 0; height: 2.25rem;
    }
}
"""


def draw_strip() -> None:
    """Draw the strip; nothing for who has put it away or is through with the course."""
    if get_current_page() in PAGES_WITHOUT:
        return
    try:
        progress = learner.get_progress()
        present = None if is_put_away(progress) else find_present(learner.get_course(), progress)
        on_overview = get_current_page() == OVERVIEW  # which shows the same in full to whoever has begun
        if present is None or (on_overview and progress.lessons):
            return
        text, icon = _describe(present, bool(progress.lessons))
    except CatDogError:
        return  # the data, the course or the progress can't be read, which other parts say
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson-strip"):
        params = {"lesson": present.lesson.name}
        st.page_link("lesson.py", label=text, icon=f":material/{icon}:", query_params=params)
        st.button(
            "Put the lesson strip away",
            key="put-away",
            on_click=show_strip,
            args=(False,),
            type="tertiary",
            icon=":material/close:",
        )


def is_put_away(progress: Progress) -> bool:
    """Tell whether the strip is hidden: for the learner or, where they may not change anything, for this tab."""
    return st.session_state.get(_HIDDEN, progress.hidden)


def show_strip(shown: bool = True) -> None:
    """Bring the strip back on all pages, or put it away."""
    try:
        learner.change_progress(lambda progress: set_hidden(progress, not shown))
    except CatDogError:  # a visitor, or a full disk
        st.session_state[_HIDDEN] = not shown
    else:
        st.session_state.pop(_HIDDEN, None)


def _describe(present: Present, begun: bool) -> tuple[str, str]:
    """Return what the strip says, as Markdown of one line, and the name of its icon."""
    lesson = f"**Lesson {present.number}**"
    if not begun:
        return f"**Start the course** · {present.lesson.title}", "school"
    if present.task is None:
        return f"{lesson} · {present.lesson.title}", "school"
    if _is_passed(present):
        return f"{lesson} · Done, go on: {present.task.title}", "check_circle"
    return f"{lesson} · {present.task.title}", "school"


def _is_passed(present: Present) -> bool:
    """Tell whether the open task is done, where that shows without an answer; looked at once for each state of runs.

    Only the runs count that a page has listed: a page that lists none gets no slower.
    """
    task = present.task
    if task is None or task.check.asks:
        return False
    runs = state.list_known_runs()
    facts = (find_learner(), state.source(), present.lesson.name, task.name, [(run.id, run.state) for run in runs])
    checked, passed = st.session_state.get(_CHECKED, (None, False))
    if checked != facts:
        passed = check_task(task, learner.get_workspace(sort_entries(runs))).passed
        st.session_state[_CHECKED] = (facts, passed)
    return passed
