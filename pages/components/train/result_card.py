"""What came of the run that has just ended, in the place where it was watched."""

import streamlit as st

from catdog.comparison import diagnose_run, label_runs, select_latest_finished
from catdog.errors import CatDogError
from catdog.models.specs import MODELS
from catdog.runs import Run, resume_run
from catdog.training.history import read_history
from catdog.training.schedule import kept_epoch
from catdog.utils.text import format_duration, format_percent
from pages.components import access, markdown
from pages.components.train.live_panel import PANEL, draw_curve, draw_heading, split_panel
from pages.components.train.run_list import ICONS
from pages.components.train.sample_photos import show_sample

PARAM = "result"  # the query parameter with the run's id
WATCHED = "watched-runs"  # the session's key of the runs that were active when this page was last drawn
PROBLEM = "result-problem"  # the session's key of why Resume did not do what it says


def find_result(runs: list[Run], active: list[Run]) -> Run | None:
    """Return the run whose result is to be shown: that which ended last while this page watched; None for none.

    Args:
        runs: All runs.
        active: Those that wait or train now.
    """
    ended = {run.id: run for run in runs if run not in active}
    watched = [ended[run_id] for run_id in st.session_state.get(WATCHED, ()) if run_id in ended]
    st.session_state[WATCHED] = [run.id for run in active]
    if watched:
        st.query_params[PARAM] = max(watched, key=lambda run: run.status.finished or 0.0).id
    run = ended.get(st.query_params.get(PARAM, ""))
    if run is None and not active:
        st.query_params.pop(PARAM, None)
    return None if active else run


def forget_result() -> None:
    """Show no result any more."""
    st.query_params.pop(PARAM, None)


def show_result(run: Run, runs: list[Run]) -> None:
    """Draw what came of a run.

    Args:
        run: The run.
        runs: All runs, newest first.
    """
    name = label_runs([run])[run.id]
    draw_heading("Result")
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(markdown.escape(problem), icon=":material/error:")
    with st.container(border=True, key=PANEL):
        with st.container(key="result-head", gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center"):
                icon = ICONS.get(run.state, "circle")
                state_word = "finished" if run.finished else run.state
                took = f" · {format_duration(run.seconds)} of training" if run.seconds else ""
                st.markdown(f":material/{icon}: **{markdown.escape(name)}** · {state_word}{took}", width="stretch")
                st.button("Close", key="close-result", icon=":material/close:", type="tertiary", on_click=forget_result)
            if run.status.error:
                st.error(markdown.escape(run.status.error), icon=":material/error:")
            elif run.resumable:
                st.markdown("All finished epochs are kept. Resume it to continue after the last one.")
            _draw_scores(run)
            with st.container(horizontal=True):
                _draw_buttons(run, runs)
        curve, photos, meaning = split_panel()
        with curve:
            draw_curve([run], {run.id: name})
        if run.sample():
            with photos:
                kept = kept_epoch(run.config.restore_best, read_history(run.files.history))
                show_sample(run, kept.epoch if kept else None)
        with meaning:
            _draw_meaning(run)


def _draw_scores(run: Run) -> None:
    scores = [("Validation accuracy", run.val_accuracy), ("Test accuracy", run.test_accuracy)]
    parts = [f"{name} **{format_percent(score)}**" for name, score in scores if score is not None]
    if not parts and run.best_val_accuracy is not None:
        parts = [f"Best validation accuracy while training **{format_percent(run.best_val_accuracy)}**"]
    if run.config.source == "photos" and run.val_accuracy is not None and not run.config.quick:
        published = MODELS[run.config.model].published.best_val_accuracy
        parts.append(f"reference course {format_percent(published, 0)} (validation)")
    if parts:
        st.markdown(" · ".join(parts))


def _draw_meaning(run: Run) -> None:
    if diagnosis := diagnose_run(run, run.history()):
        st.markdown(
            f"**{markdown.escape(diagnosis.title)}.** {markdown.escape(f'{diagnosis.seen} {diagnosis.advice}')}"
        )


def _draw_buttons(run: Run, runs: list[Run]) -> None:
    if run.best_val_accuracy is not None and st.button(
        "Compare", key="compare-result", icon=":material/query_stats:", type="primary"
    ):
        others = select_latest_finished([other for other in runs if other.fingerprint == run.fingerprint])
        shown = dict.fromkeys([run.id, *(other.id for other in others if other.config.model != run.config.model)])
        st.switch_page("compare.py", query_params={"run": list(shown)})
    if run.usable and st.button("Try it on a photo", key="try-result", icon=":material/image_search:"):
        st.switch_page("predict.py", query_params={"run": run.id})
    if run.resumable:
        access.button(
            "Resume",
            owned=run.owned,
            key="resume-result",
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run,),
        )


def _resume(run: Run) -> None:
    try:
        access.perform(resume_run, run)
    except CatDogError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        forget_result()
