"""Ask the models: every trained model's answer for pictures of your own or from the test set."""

import streamlit as st

from catdog.charts import CONFIG, probability_bars
from catdog.comparison import data_words, labels
from catdog.pictures import SIZE, SUFFIXES
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.words import listed, percent
from views import shared
from views.answers import classes_of, replies
from views.asked import SAMPLE, Asked, sampled, uploaded
from views.tiles import tile

MEGABYTES = 30


def main() -> None:
    """Draw the page."""
    shared.opening(
        "Ask the models",
        "A trained model turns the pixels of a picture into one number: how likely it is to be the one class and "
        "not the other. Give the models a picture that they have never seen, and compare how sure each one is.",
    )
    usable = [run for run in shared.runs() if run.usable]
    if not usable:
        _nobody_can_answer()
        return
    uploads = st.file_uploader(
        "Your pictures",
        type=list(SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=MEGABYTES,
        help="They stay on this machine.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Take {SAMPLE} test pictures",
            on_click=shared.draw_number,
            args=("sample",),
            type="primary",
            icon=":material/casino:",
            help="At random from the test set, which no model learns from.",
        )
        taken = shared.number_in_address("sample") is not None
        st.button("Put them away", on_click=st.query_params.pop, args=("sample", None), disabled=not taken)
    chosen = _choose(usable)
    asked = [*uploaded(uploads), *sampled()]
    if not asked:
        st.info("Drop a picture above, or take some from the test set: the answers appear here.")
    elif not chosen:
        st.info("Choose at least one model above.")
    else:
        _cautions(chosen, asked)
        given = _ask(chosen, asked)
        for number, picture in enumerate(asked):
            _card(number, picture, [(run, probabilities[number]) for run, probabilities in given])


def _nobody_can_answer() -> None:
    """Say what will appear here, and lead to the page that makes it appear."""
    active = [run for run in shared.runs() if run.state in ACTIVE]
    with st.container(border=True):
        st.subheader("No model is trained yet", anchor=False)
        if active:
            names = shared.plain(listed([run.name for run in active]))
            st.markdown(f"In training now: {names}. Once the first is ready, you can drop a picture here.")
        else:
            st.markdown("Here you will drop a picture and see, side by side, what each trained model takes it for.")
        label = "Watch the training" if active else "Train a model"
        st.page_link("views/train.py", label=label, icon=":material/model_training:")


def _choose(usable: list[Run]) -> list[Run]:
    """Let the user choose who answers; at first the latest finished run of each model, best on the data in use."""
    by_id = {run.id: run for run in usable}
    from_address = [run_id for run_id in st.query_params.get_all("run") if run_id in by_id]
    latest = {}
    here = shared.source()
    for run in sorted(usable, key=lambda run: (run.config.source != here, not run.finished)):
        latest.setdefault(run.config.model, run.id)
    default = [latest[model] for model in sorted(latest)]
    before, seen = st.session_state.get("answering"), st.session_state.get("answering-default")
    if before is None:
        st.session_state["answering"] = from_address or default
    elif before == seen:  # nobody chose anything, so models trained meanwhile join in
        st.session_state["answering"] = default
    else:
        st.session_state["answering"] = [run_id for run_id in before if run_id in by_id]
    st.session_state["answering-default"] = default
    ids = st.multiselect(
        "Who answers",
        list(by_id),
        format_func=lambda run_id: _words(by_id[run_id]),
        key="answering",
        persist_state="session",
    )
    if ids == default:
        st.query_params.pop("run", None)
    else:
        st.query_params["run"] = ids
    return [by_id[run_id] for run_id in ids]


def _words(run: Run) -> str:
    """Name a run, and say what it learned from and whether it is unfinished."""
    unfinished = "" if run.finished else f", {run.state}"
    return f"{run.name}: {data_words(run)}{unfinished}"


def _cautions(chosen: list[Run], asked: list[Asked]) -> None:
    """Warn where a model is asked about pictures of another kind than it learned from."""
    kinds = {picture.source for picture in asked}
    odd = [run for run in chosen if any(_strange(run, source) for source in kinds)]
    if odd:
        names = shared.plain(listed([_words(run) for run in odd]))
        st.warning(
            f"Learned from another kind of pictures than these, so the answers mean little: {names}.",
            icon=":material/warning:",
        )


def _strange(run: Run, source: str) -> bool:
    """Tell whether pictures of this source are of another kind than those that the run learned from."""
    # an upload, without a source, may be anything, but hardly a drawing like those of the drawn set
    return run.config.source != source if source else run.config.source == "drawn"


def _card(number: int, picture: Asked, given: list[tuple[Run, float]]) -> None:
    """Show one picture as given and as the models see it, with every chosen run's answer."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            grid = st.grid(2, min_column_width=120)
            with grid.cell():
                st.image(picture.shown, width="stretch", alt=f"{picture.name} as given")
                st.caption(f"{shared.plain(picture.name)}  \n{picture.size[0]} × {picture.size[1]} pixels")
            with grid.cell():
                st.image(tile(picture.pixels), width="stretch", alt=f"{picture.name} squeezed to a square")
                st.caption(f"as the models see it  \n{SIZE} × {SIZE} pixels")
        with right:
            _answers(number, picture.truth, given)


def _answers(number: int, truth: str | None, given: list[tuple[Run, float]]) -> None:
    """Draw the answers as bars, one chart for each pair of class names, and say who is right."""
    names = labels([run for run, _ in given])
    pairs: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
    for run, probability in given:
        pairs.setdefault(classes_of(run), []).append((names[run.id], run.config.model, probability))
    for place, (classes, bars) in enumerate(pairs.items()):
        said = [(name, classes[probability > 0.5], max(probability, 1 - probability)) for name, _, probability in bars]
        st.plotly_chart(
            probability_bars(bars, classes),
            key=f"bars-{number}-{place}",
            config=dict(CONFIG),
            alt="; ".join(f"{name}: {answer}, {percent(sure)} sure" for name, answer, sure in said),
        )
        if truth in classes:
            right = [shared.plain(name) for name, answer, _ in said if answer == truth]
            wrong = [shared.plain(name) for name, answer, _ in said if answer != truth]
            parts = [f"Labelled **{shared.plain(truth)}**."]
            parts += [f":material/check: right: {', '.join(right)}."] if right else []
            parts += [f":material/close: wrong: {', '.join(wrong)}."] if wrong else []
            st.markdown(" ".join(parts))


def _ask(chosen: list[Run], asked: list[Asked]) -> list[tuple[Run, list[float]]]:
    """Return each run with its probabilities of class 1, one a picture; say why of a run that can't answer.

    One run after the other answers for all pictures, so that one model at a time need be in memory.
    """
    pixels = [picture.pixels for picture in asked]
    answered = ((run, replies(run, pixels)) for run in chosen)
    return [(run, [one.probability for one in given]) for run, given in answered if given is not None]


main()
