"""Ask the models: every trained model's answer for pictures of your own or from the test set."""

from collections import Counter

import streamlit as st

from catdog.comparison import describe_data, label_runs
from catdog.inference.batch import ImagePredictions, Prediction, Thresholds
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import join_names
from pages.components import markdown, page, state
from pages.components.predict.cards import cards, look_of_the_chosen
from pages.components.predict.image import Asked, sampled
from pages.components.predict.inputs import fill_tray, tray
from pages.components.predict.marks import show_marks
from pages.components.predict.table import choose_rows, table
from pages.components.predictions import class_names, predict

PATIENT = 16  # more questions than this are asked behind a bar
NEITHER = (
    "A model knows two classes and nothing else. Shown a horse or a chair it still names one of the two, at times with "
    "99 %, for it can't know what it was never shown. Low numbers hint that something is odd; high ones don't prove "
    "that it is not."
)


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Ask the models",
        "A trained model turns the pixels of a picture into one number: how likely it is to be the one class and "
        "not the other. Give the models a picture that they have never seen, and compare how sure each one is.",
    )
    usable = [run for run in state.runs() if run.usable]
    if not usable:
        _nobody_can_answer()
        return
    fill_tray()
    chosen = _choose(usable)
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left:
        st.caption(f":material/help: {NEITHER}")
    with right:
        thresholds = _thresholds(chosen)
    asked = [*tray().pictures, *sampled()]
    if not asked:
        st.info("Drop a picture above, or take some from the test set: the answers appear here.")
        return
    if not chosen:
        st.info("Choose at least one model above.")
        return
    _cautions(chosen, asked)
    answered, rows = _ask(chosen, asked)
    if not answered:
        return
    show_marks(answered, rows, thresholds)
    shown, as_table = choose_rows(answered, rows, thresholds)
    if as_table:
        shown = table(answered, asked, rows, shown, thresholds)
    cards(answered, asked, rows, shown, thresholds)
    look_of_the_chosen(answered, asked, rows, thresholds)


def _nobody_can_answer() -> None:
    """Say what will appear here, and lead to the page that makes it appear."""
    active = [run for run in state.runs() if run.state in ACTIVE]
    with st.container(border=True):
        st.subheader("No model is trained yet", anchor=False)
        if active:
            names = markdown.escape(join_names([run.name for run in active]))
            st.markdown(f"In training now: {names}. Once the first is ready, you can drop a picture here.")
        else:
            st.markdown("Here you will drop a picture and see, side by side, what each trained model takes it for.")
        label = "Watch the training" if active else "Train a model"
        st.page_link("train.py", label=label, icon=":material/model_training:")


def _choose(usable: list[Run]) -> list[Run]:
    """Let the user choose who answers; at first the latest finished run of each model, best on the data in use."""
    by_id = {run.id: run for run in usable}
    from_address = [run_id for run_id in st.query_params.get_all("run") if run_id in by_id]
    latest = {}
    here = state.source()
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
    return f"{run.name}: {describe_data(run)}{unfinished}"


def _names(chosen: list[Run]) -> dict[str, str]:
    """Return {run id: name}: the model's name alone where nobody named the run and no other of that model answers."""
    models = Counter(run.config.model for run in chosen)
    names = label_runs(chosen)
    for run in chosen:
        model = run.config.model
        if models[model] == 1 and run.name.startswith(f"{model} ") and model not in names.values():
            names[run.id] = model
    return names


def _thresholds(chosen: list[Run]) -> Thresholds:
    """Let the user say between which probabilities an answer counts as "not sure"."""
    usual = Thresholds()
    second = class_names(chosen[0])[1] if len({class_names(run) for run in chosen}) == 1 else "the second class"
    low, high = st.slider(
        "Not sure between",
        0,
        100,
        (round(100 * usual.low), round(100 * usual.high)),
        format="%d %%",
        key="unsure",
        bind="query-params",
        help=f"Of the probability of {markdown.escape(second)}. Below the first threshold the answer is the other class, "
        f"above the second one it is {markdown.escape(second)}. Move both to 50 and a model always decides; pull them "
        "apart and it says less, but is wrong less often.",
    )
    return Thresholds(min(low, high) / 100, max(low, high) / 100)  # the address may have them in any order


def _cautions(chosen: list[Run], asked: list[Asked]) -> None:
    """Warn where a model is asked about pictures of another kind than it learned from."""
    kinds = {picture.source for picture in asked}
    odd = [run for run in chosen if any(_strange(run, source) for source in kinds)]
    if odd:
        names = markdown.escape(join_names([_words(run) for run in odd]))
        st.warning(
            f"Learned from another kind of pictures than these, so the answers mean little: {names}.",
            icon=":material/warning:",
        )


def _strange(run: Run, source: str) -> bool:
    """Tell whether pictures of this source are of another kind than those that the run learned from."""
    # an upload, without a source, may be anything, but hardly a drawing like those of the drawn set
    return run.config.source != source if source else run.config.source == "drawn"


def _ask(chosen: list[Run], asked: list[Asked]) -> tuple[dict[str, Run], list[ImagePredictions]]:
    """Return {name: run} of those that can answer, and for each picture what they said; say why of the others.

    One run after the other answers for all pictures, so that a model that is let go is not loaded again and again.
    """
    names, pixels = _names(chosen), [picture.pixels for picture in asked]
    place = st.empty()
    answered: dict[str, Run] = {}
    given = []
    for number, run in enumerate(chosen):

        def progress(done: int, total: int, what: str, number: int = number) -> None:
            if total > PATIENT and done % 4 == 0:
                place.progress((number + done / total) / len(chosen), text=markdown.escape(what))

        if (found := predict(run, pixels, progress)) is not None:
            answered[names[run.id]] = run
            given.append([Prediction(class_names(run), one.probability, one.seconds) for one in found])
    place.empty()
    rows = [
        ImagePredictions(picture.name, picture.truth, tuple(said[number] for said in given))
        for number, picture in enumerate(asked)
    ]
    return answered, rows


main()
