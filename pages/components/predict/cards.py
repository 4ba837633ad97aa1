"""Pictures with what every model says of them, one card each, and where a model looks in one of them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.charts import CONFIG, plot_probabilities
from catdog.images.decode import SIZE
from catdog.inference.batch import UNSURE, ImagePredictions, Prediction, Thresholds, match_label
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import markdown
from pages.components.heatmap import Given, heat_map
from pages.components.predict.image import Asked
from pages.components.zoomable_chart import shared_chart

MOST = 12  # cards that are drawn before somebody asks for more
LOOKING = "looking-at"


def cards(
    runs: Mapping[str, Run],
    asked: Sequence[Asked],
    rows: Sequence[ImagePredictions],
    shown: Sequence[int],
    thresholds: Thresholds,
) -> None:
    """Draw the cards of these pictures. runs: {name: run}; shown: places in `asked` and `rows`."""
    drawn = min(len(shown), MOST * st.session_state.setdefault("cards-shown", 1))
    for place in shown[:drawn]:
        _card(place, runs, asked[place], rows[place], thresholds)
    if drawn < len(shown):
        left = len(shown) - drawn
        st.button(f"Show {min(MOST, left)} more of {left}", on_click=_more, icon=":material/expand_more:")


def _more() -> None:
    st.session_state["cards-shown"] += 1


def _card(place: int, runs: Mapping[str, Run], picture: Asked, row: ImagePredictions, thresholds: Thresholds) -> None:
    """Show one picture as given and as the models see it, with every chosen run's answer."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            grid = st.grid(2, min_column_width=120)
            with grid.cell():
                st.image(picture.shown, width="stretch", alt=f"{picture.name} as given")
                st.caption(f"{markdown.escape(picture.name)}  \n{picture.size[0]} × {picture.size[1]} pixels")
            with grid.cell():
                st.image(picture.seen, width="stretch", alt=f"{picture.name} squeezed to a square")
                st.caption(f"as the models see it  \n{SIZE} × {SIZE} pixels")
        with right:
            bars(f"bars-{place}", runs, row.said, thresholds)
            verdicts(list(runs), row, thresholds)
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.caption(_times(list(runs), row.said))
                st.button(
                    "Where does it look?",
                    key=f"look-{place}",
                    on_click=_look_at,
                    args=(picture.key,),
                    type="tertiary",
                    icon=":material/center_focus_strong:",
                )


def bars(key: str, runs: Mapping[str, Run], said: Sequence[Prediction], thresholds: Thresholds) -> None:
    """Draw the answers as bars, one chart for each pair of class names."""
    pairs: dict[tuple[str, str], list[tuple[str, str, Prediction]]] = {}
    for (name, run), one in zip(runs.items(), said, strict=True):
        pairs.setdefault(one.classes, []).append((name, run.config.model, one))
    for number, (classes, given) in enumerate(pairs.items()):
        st.plotly_chart(
            shared_chart(
                plot_probabilities,
                [(name, model, one.probability) for name, model, one in given],
                classes,
                (thresholds.low, thresholds.high),
            ),
            key=f"{key}-{number}",
            config=dict(CONFIG),
            alt="; ".join(f"{name}: {one.leaning}, {format_percent(one.sureness)} sure" for name, _, one in given),
        )


def verdicts(names: Sequence[str], row: ImagePredictions, thresholds: Thresholds) -> None:
    """Say who is right where the label is known, else what the answers come to between the thresholds."""
    known = [match_label(row.truth, one.classes) for one in row.said]
    found = [(name, one, one.verdict(thresholds)) for name, one in zip(names, row.said, strict=True)]
    groups: dict[str, list[str]] = {}
    for (name, one, verdict), label in zip(found, known, strict=True):
        if verdict == UNSURE:
            group = f":material/question_mark: {UNSURE}"
        elif label is None:
            group = f":material/arrow_right_alt: {markdown.escape(verdict)}"
        else:
            right = verdict == one.classes[label]
            group = ":material/check: right" if right else ":material/close: wrong"
        groups.setdefault(group, []).append(markdown.escape(name))
    parts = [f"{group}: {', '.join(who)}." for group, who in sorted(groups.items())]
    labelled = row.truth is not None and any(label is not None for label in known)
    st.markdown(" ".join([f"Labelled **{markdown.escape(row.truth)}**.", *parts] if labelled else parts))


def _times(names: Sequence[str], said: Sequence[Prediction]) -> str:
    times = [f"{markdown.escape(name)} {one.seconds * 1000:.1f} ms" for name, one in zip(names, said, strict=True)]
    return f":material/timer: {' · '.join(times)}"


def _look_at(key: str) -> None:
    st.session_state[LOOKING] = key


def _forget() -> None:
    st.session_state.pop(LOOKING, None)
    for name in ("look", "how"):
        st.query_params.pop(name, None)


def look_of_the_chosen(
    runs: Mapping[str, Run], asked: Sequence[Asked], rows: Sequence[ImagePredictions], thresholds: Thresholds
) -> None:
    """Show where a run looks in the picture whose button was pressed, above the page."""
    key = st.session_state.get(LOOKING)
    place = next((place for place, picture in enumerate(asked) if picture.key == key), None)
    if place is None:
        st.session_state.pop(LOOKING, None)
        return
    title = markdown.escape(asked[place].name)
    st.dialog(title, width="large", on_dismiss=_forget)(_look)(runs, asked[place], rows[place], thresholds)


def _look(runs: Mapping[str, Run], picture: Asked, row: ImagePredictions, thresholds: Thresholds) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.image(picture.shown, width=360, alt=f"{picture.name} as given")
        bars("look-bars", runs, row.said, thresholds)
    with right:
        given = zip(runs.items(), row.said, strict=True)
        heat_map(
            picture.pixels, picture.key, [Given(run, name, one.classes, one.probability) for (name, run), one in given]
        )
    if st.button("Close", icon=":material/close:"):
        _forget()
        st.rerun()
