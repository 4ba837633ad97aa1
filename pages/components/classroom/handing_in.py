"""Where a student hands in: the runs, a name, the button, and what was handed in before."""

import time
from pathlib import Path

import streamlit as st

from catdog.comparison import label_runs
from catdog.errors import CatDogError
from catdog.handin import choose_runs
from catdog.handin.archive import LONGEST_NAME, MOST_RUNS
from catdog.handin.store import KEPT, list_handins, store_handin
from catdog.runs import Run
from catdog.utils.text import format_size, format_time, slugify
from pages.components import access, learner, markdown, page, state
from pages.components.jobs import poll_progress
from pages.components.person import find_learner

KEY = "handin"  # of the jobs, before the person
NAME, CHOSEN = "handin-name", "handin-runs"
LAST_NAME = "handin-last-name"  # kept while the form is not drawn


def draw_handing_in() -> None:
    """Draw the form, how far the zip is while it is made, and the earlier ones."""
    person = find_learner()
    runs = _list_own_runs()
    job = state.jobs().find((KEY, person))
    if job is not None and job.active:
        poll_progress(job, "You can leave this page: it goes on.")
        return
    if job is not None and job.error is not None:
        if not isinstance(job.error, CatDogError):
            raise job.error
        st.error(markdown.escape(str(job.error)), icon=":material/error:")
    if runs:
        _draw_form(runs, person)
    else:
        st.info("There is nothing to hand in yet: your finished runs will appear here.", icon=":material/upload_file:")
        if st.button("Train a first model", type="primary", icon=":material/model_training:"):
            st.switch_page("train.py")
    _draw_earlier(list_handins(state.settings(), person))


def _list_own_runs() -> list[Run]:
    """Return the finished runs of this person, newest first; all where nobody signs in."""
    email = access.person()
    return [run for run in state.runs() if run.finished and run.usable and (not email or run.owned.by == email)]


def _draw_form(runs: list[Run], person: str) -> None:
    names, by_id = label_runs(runs), {run.id: run for run in runs}
    with st.container(border=True, key="handin-form"):
        name = access.person() or st.text_input(
            "Your name", st.session_state.get(LAST_NAME, ""), key=NAME, max_chars=LONGEST_NAME
        )
        ids = st.multiselect(
            "Runs",
            list(by_id),
            default=[run.id for run in choose_runs(runs)],
            key=CHOSEN,
            format_func=lambda run_id: names.get(run_id, run_id),
            max_selections=MOST_RUNS,
            help="At first the best finished run of each model.",
        )
        chosen = [by_id[run_id] for run_id in ids if run_id in by_id]
        size = sum(run.files.tflite.stat().st_size for run in chosen if run.usable)
        done = sum(lesson.finished is not None for lesson in learner.get_progress().lessons.values())
        st.caption(
            f"{len(chosen)} runs, about {format_size(size)}, with a report, a notebook, and your answers: {done} of "
            f"{len(learner.get_course().lessons)} lessons done."
        )
        if access.button("Hand in", type="primary", icon=":material/upload_file:", key="hand-in", disabled=not chosen):
            if name.strip():
                with page.show_errors():
                    _hand_in(person, chosen, name)
                    st.rerun()
            else:
                st.error("Write your name first.", icon=":material/error:")


def _hand_in(person: str, runs: list[Run], name: str) -> None:
    settings, email, progress = state.settings(), access.require_member(), learner.get_progress()
    st.session_state[LAST_NAME] = name
    state.jobs().start(
        (KEY, person), lambda report: store_handin(settings, person, runs, progress, name, email, report)
    )


def _draw_earlier(handins: list[Path]) -> None:
    if not handins:
        return
    st.header("Handed in", anchor=False)
    st.caption(f"The newest counts. The last {KEPT} are kept.")
    name = slugify(access.person() or st.session_state.get(LAST_NAME) or "mine")
    for number, path in enumerate(handins):
        facts = path.stat()
        when = format_time(facts.st_mtime)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{when if number else f'**{when}**'} · {format_size(facts.st_size)}")
            st.download_button(
                "Download",
                path.read_bytes if path.exists() else b"",
                f"handin-{name}-{time.strftime('%Y%m%d-%H%M', time.localtime(facts.st_mtime))}.zip",
                "application/zip",
                key=f"take-{path.stem}",
                on_click="ignore",
                icon=":material/download:",
            )
