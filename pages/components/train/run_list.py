"""The runs that have ended: a compact list, the details of each, and its buttons."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from catdog.comparison import describe_data, describe_validation, label_runs
from catdog.errors import CatDogError
from catdog.runs import (
    DamagedRun,
    Run,
    annotate_run,
    bytes_free,
    bytes_taken,
    delete_run,
    rename_run,
    resume_run,
    share_run,
)
from catdog.utils.text import format_duration, format_percent, format_size
from pages.components import access, markdown, page, state
from pages.components.notebook import draw_notebook_download
from pages.components.train.ablations import draw_ablations
from pages.components.train.details import list_details
from pages.components.train.export import draw_export
from pages.components.train.form import fill_form

RUNS_PER_PAGE = 10
ICONS = {"done": "check_circle", "stopped": "stop_circle", "failed": "error", "interrupted": "power_off"}
PROBLEM = "run-problem"  # where the page keeps why a button did not do what it says


def show_run_list(runs: list[Run | DamagedRun], training: list[Run]) -> None:
    """Draw the list of the runs that have ended, newest first, then the damaged; without any, say what will be here.

    Args:
        runs: They.
        training: Those that train now; each has a line already, so that no other line moves as it ends.
    """
    st.header("Earlier runs", anchor=False)
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(markdown.escape(problem), icon=":material/error:")
    if not runs and not training:
        st.info("Runs that have ended will be listed here, with their scores.", icon=":material/history:")
        return
    broken = sum(isinstance(run, DamagedRun) for run in runs)
    taken = format_size(sum(bytes_taken(run.folder) for run in runs))
    st.caption(
        f"{len(runs):,} {'run takes' if len(runs) == 1 else 'runs take'} {taken}; "
        f"{format_size(bytes_free(state.settings().runs))} of disk space is free."
        + (f" {broken:,} can't be read and come last." if broken else "")
    )
    names = label_runs([*training, *(run for run in runs if isinstance(run, Run))])
    page_count = -(-len(runs) // RUNS_PER_PAGE)
    page_number = 1
    if page_count > 1:
        st.caption(f"{len(runs):,} runs, newest first")
        # a deleted run can empty the last page, which must not leave the address pointing beyond the end
        if st.session_state.get("list_page", 1) > page_count:
            st.session_state["list_page"] = page_count
        spot = st.container(gap="xsmall")
        page_number = st.pagination(page_count, key="list_page", bind="query-params")
    else:
        spot = st.container(gap="xsmall")
    with spot:
        for run in training:
            with st.expander(f"**{markdown.escape(names[run.id])}** · training now", icon=":material/model_training:"):
                st.caption("Its scores and buttons will be here once it has ended.")
        for run in runs[(page_number - 1) * RUNS_PER_PAGE : page_number * RUNS_PER_PAGE]:
            if isinstance(run, DamagedRun):
                _draw_damaged(run)
                continue
            expander = st.expander(
                _summarize(run, names[run.id]),
                key=f"run-{run.id}",
                icon=f":material/{'broken_image' if run.faults else ICONS.get(run.state, 'circle')}:",
                on_change="rerun",
            )
            if expander.open:
                with expander, page.show_errors():
                    _draw_details(run, names[run.id])


def _draw_damaged(run: DamagedRun) -> None:
    """Draw the line of a run that can't be read: what is wrong with it, and the button that deletes it."""
    name = markdown.escape(run.name)
    with st.expander(f"**{name}** · **damaged**", key=f"run-{run.name}", icon=":material/broken_image:"):
        st.error(markdown.escape(run.problem), icon=":material/error:")
        if not run.folder.is_symlink():
            st.markdown(f":gray[Disk space]  \n{format_size(bytes_taken(run.folder))}")
        _draw_delete_button(run, f"Delete **{name}** and everything in it? This can't be undone.")


def _summarize(run: Run, name: str) -> str:
    """Return the line of the list that stands for a run, as Markdown."""
    parts = [f"**{markdown.escape(name)}**"]
    if not run.finished:
        parts.append(f"**{run.state}**")
    if run.faults:
        parts.append("**damaged**")
    if validation := describe_validation(run):
        parts.append(validation)
    if run.test_accuracy is not None:
        parts.append(f"test accuracy {format_percent(run.test_accuracy)}")
    return " · ".join([*parts, format_duration(run.seconds), markdown.escape(describe_data(run))])


def _draw_details(run: Run, name: str) -> None:
    """Draw a run's details and its buttons."""
    for fault in run.list_faults():
        st.warning(markdown.escape(fault), icon=":material/broken_image:")
    if run.status.error:
        st.error(markdown.escape(run.status.error), icon=":material/error:")
    elif run.state == "interrupted":
        st.warning(
            "Its process ended before the training did: it was killed, or the computer was restarted. Resume it to "
            "continue after the last finished epoch.",
            icon=":material/power_off:",
        )
    grid = st.grid(3, min_column_width=240, gap="xsmall")
    for label, value in list_details(run).items():
        with grid.cell():
            st.markdown(f":gray[{label}]  \n{markdown.escape(value)}")
    log = run.log_tail(12) if run.state in ("failed", "interrupted") else ""
    if log:
        st.caption("The end of the log")
        st.code(log, language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_buttons(run, name)
    draw_ablations(run)


def _draw_buttons(run: Run, name: str) -> None:
    if run.resumable:
        access.button(
            "Resume",
            owned=run.owned,
            key=f"resume-{run.id}",
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run,),
        )
    if run.best_val_accuracy is not None:
        st.page_link("compare.py", label="Show the curves", icon=":material/query_stats:", query_params={"run": run.id})
    st.button(
        "Use these settings again",
        key=f"again-{run.id}",
        icon=":material/replay:",
        help="Puts them into the form above, where you can change them before you start.",
        on_click=_use_again,
        args=(run,),
    )
    if run.finished:
        draw_export(run)
        draw_notebook_download(run)
    with access.popover("Note", owned=run.owned, icon=":material/sticky_note_2:", key=f"note-{run.id}"):
        field = f"text-{run.id}"
        st.text_area("What you want to remember about this run", run.note, key=field, max_chars=1000)
        st.button("Save the note", key=f"keep-{run.id}", type="primary", on_click=_annotate, args=(run, field))
    with access.popover("Rename", owned=run.owned, icon=":material/edit:", key=f"rename-{run.id}"):
        field = f"name-{run.id}"
        st.text_input("New name", run.name, key=field, max_chars=80)
        st.button("Save the name", key=f"save-{run.id}", type="primary", on_click=_rename, args=(run, field))
    if state.settings().private_runs and access.is_signed_in():
        _draw_sharing(run)
    question = f"Delete **{markdown.escape(name)}** with its model, curves and scores? This can't be undone."
    _draw_delete_button(run, question)


def _draw_sharing(run: Run) -> None:
    key = f"share-{run.id}"
    st.session_state[key] = run.shared
    st.toggle(
        "Everybody sees it",
        key=key,
        disabled=bool(access.reason_denied(run.owned)),
        on_change=_share,
        args=(run, key),
        help="Otherwise only you and the owners of this dashboard see this run.",
    )


def _draw_delete_button(run: Run | DamagedRun, question: str) -> None:
    key = run.name if isinstance(run, DamagedRun) else run.id  # an id may be no valid text
    with access.popover("Delete", owned=run.owned, icon=":material/delete:", key=f"delete-{key}"):
        st.markdown(question)
        st.button("Delete for good", key=f"really-{key}", type="primary", on_click=_delete, args=(run,))


# What the buttons do are callbacks: a button whose run was deleted elsewhere is not drawn again, and would say nothing.


def _resume(run: Run) -> None:
    _perform(resume_run, run)


def _annotate(run: Run, field: str) -> None:
    _perform(annotate_run, run, st.session_state[field])


def _rename(run: Run, field: str) -> None:
    _perform(rename_run, run, st.session_state[field])


def _share(run: Run, key: str) -> None:
    _perform(share_run, run, st.session_state[key])


def _delete(run: Run | DamagedRun) -> None:
    _perform(delete_run, run)


def _perform(action: Callable[..., None], *arguments: Any) -> None:
    try:
        access.perform(action, *arguments)
    except CatDogError as error:
        st.session_state[PROBLEM] = str(error)


def _use_again(run: Run) -> None:
    """Put a run's settings into the form, and choose its data in the sidebar if it is still there."""
    fill_form(run.config)
    if run.config.source in state.list_selectable():
        st.session_state["data"] = run.config.source
        st.toast("The settings are in the form above.", icon=":material/replay:")
    else:
        here = state.describe_source(state.source())
        st.toast(
            f"The settings are in the form above, but the data ({markdown.escape(describe_data(run))}) are no longer "
            f"here: a new run would learn from the {here}.",
            icon=":material/warning:",
        )
