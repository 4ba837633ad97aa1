"""A card for each image with every model's prediction, where a model looks, and how the models do against labels."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.charts import CONFIG, plot_probabilities
from catdog.evaluation import describe_band, find_band
from catdog.images.decode import SIZE
from catdog.inference.batch import ConfusionCounts, ImagePredictions, count_confusion
from catdog.inference.prediction import UNSURE, Prediction, Thresholds
from catdog.runs import Run
from catdog.utils.class_names import find_class
from catdog.utils.text import format_percent
from pages.components import markdown
from pages.components.heatmap import show_heatmap
from pages.components.predict.image import QueryImage
from pages.components.predictions import get_track_record
from pages.components.zoomable_chart import shared_chart

MOST = 12  # cards that are drawn before the user wants more
FEW = 30  # labelled images, below which one decides much
HEATMAP = "looking-at"  # the session's key of the image whose heatmap is open


def show_cards(
    runs: Mapping[str, Run],
    images: Sequence[QueryImage],
    rows: Sequence[ImagePredictions],
    shown: Sequence[int],
    thresholds: Thresholds,
) -> None:
    """Draw the cards of some images, a dozen at first.

    Args:
        runs: {name: run}, in the order of each row's predictions.
        images: All images.
        rows: Their predictions.
        shown: The indices of those to draw.
        thresholds: Between which a prediction counts as not sure.
    """
    drawn = min(len(shown), MOST * st.session_state.setdefault("cards-shown", 1))
    for index in shown[:drawn]:
        _card(index, runs, images[index], rows[index], thresholds)
    if drawn < len(shown):
        left = len(shown) - drawn
        st.button(f"Show {min(MOST, left)} more of {left}", on_click=_show_more, icon=":material/expand_more:")


def _show_more() -> None:
    st.session_state["cards-shown"] += 1


def _card(
    index: int, runs: Mapping[str, Run], image: QueryImage, row: ImagePredictions, thresholds: Thresholds
) -> None:
    """Show one image as given and as the models see it, with every chosen run's prediction."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            grid = st.grid(2, min_column_width=120)
            with grid.cell():
                st.image(image.original, width="stretch", alt=f"{image.name} as given")
                st.caption(f"{markdown.escape(image.name)}  \n{image.size[0]} × {image.size[1]} pixels")
            with grid.cell():
                st.image(image.squared, width="stretch", alt=f"{image.name} squeezed to a square")
                st.caption(f"as the models see it  \n{SIZE} × {SIZE} pixels")
        with right:
            _bars(f"bars-{index}", runs, row.predictions, thresholds)
            _verdicts(list(runs), row, thresholds)
            if record := _describe_track_records(runs, row.predictions):
                st.caption(record)
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.caption(_describe_times(list(runs), row.predictions))
                st.button(
                    "Where does it look?",
                    key=f"look-{index}",
                    on_click=_open_heatmap,
                    args=(image.key,),
                    type="tertiary",
                    icon=":material/center_focus_strong:",
                )


def _bars(key: str, runs: Mapping[str, Run], predictions: Sequence[Prediction], thresholds: Thresholds) -> None:
    """Draw the predictions as bars, one chart for each pair of class names."""
    groups: dict[tuple[str, str], list[tuple[str, str, Prediction]]] = {}
    for (name, run), prediction in zip(runs.items(), predictions, strict=True):
        groups.setdefault(prediction.classes, []).append((name, run.config.variant, prediction))
    for index, (classes, members) in enumerate(groups.items()):
        st.plotly_chart(
            shared_chart(
                plot_probabilities,
                [(name, model, prediction.probability) for name, model, prediction in members],
                classes,
                (thresholds.low, thresholds.high),
            ),
            key=f"{key}-{index}",
            config=dict(CONFIG),
            alt="; ".join(
                f"{name}: {prediction.label}, {format_percent(prediction.confidence)} sure"
                for name, _, prediction in members
            ),
        )


def _verdicts(names: Sequence[str], row: ImagePredictions, thresholds: Thresholds) -> None:
    """Say which runs are right if the label is known, else what each predicts between the thresholds."""
    groups: dict[str, list[str]] = {}
    labelled = False
    for name, prediction in zip(names, row.predictions, strict=True):
        predicted, true_class = prediction.label_at(thresholds), find_class(row.label, prediction.classes)
        labelled |= true_class is not None
        if predicted == UNSURE:
            group = f":material/question_mark: {UNSURE}"
        elif true_class is None:
            group = f":material/arrow_right_alt: {markdown.escape(predicted)}"
        else:
            right = predicted == prediction.classes[true_class]
            group = ":material/check: right" if right else ":material/close: wrong"
        groups.setdefault(group, []).append(markdown.escape(name))
    parts = [f"{group}: {', '.join(members)}." for group, members in sorted(groups.items())]
    st.markdown(" ".join([f"Labelled **{markdown.escape(row.label)}**.", *parts] if labelled else parts))


def _describe_track_records(runs: Mapping[str, Run], predictions: Sequence[Prediction]) -> str:
    """Say how often each run was right on its test images when it was so confident; "" where none stored answers."""
    parts = []
    for (name, run), prediction in zip(runs.items(), predictions, strict=True):
        if record := get_track_record(run):
            parts.append(f"{markdown.escape(name)}: {describe_band(find_band(record, prediction.confidence))}")
    return f":material/history: {'; '.join(parts)}." if parts else ""


def _describe_times(names: Sequence[str], predictions: Sequence[Prediction]) -> str:
    times = [
        f"{markdown.escape(name)} {prediction.seconds * 1000:.1f} ms"
        for name, prediction in zip(names, predictions, strict=True)
    ]
    return f":material/timer: {' · '.join(times)}"


def _open_heatmap(key: str) -> None:
    st.session_state[HEATMAP] = key


def _close_heatmap() -> None:
    st.session_state.pop(HEATMAP, None)
    for name in ("look", "how"):
        st.query_params.pop(name, None)


def show_heatmap_dialog(
    runs: Mapping[str, Run], images: Sequence[QueryImage], rows: Sequence[ImagePredictions], thresholds: Thresholds
) -> None:
    """Show above the page where a run looks in the image whose button was pressed; arguments as for `show_cards`."""
    key = st.session_state.get(HEATMAP)
    index = next((index for index, image in enumerate(images) if image.key == key), None)
    if index is None:
        st.session_state.pop(HEATMAP, None)
        return
    dialog = st.dialog(markdown.escape(images[index].name), width="large", on_dismiss=_close_heatmap)
    dialog(_draw_dialog)(runs, images[index], rows[index], thresholds)


def _draw_dialog(runs: Mapping[str, Run], image: QueryImage, row: ImagePredictions, thresholds: Thresholds) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.image(image.original, width=360, alt=f"{image.name} as given")
        _bars("look-bars", runs, row.predictions, thresholds)
    with right:
        names = {run.id: name for name, run in runs.items()}
        show_heatmap(image.pixels, image.key, list(runs.values()), names, row.predictions)
    if st.button("Close", icon=":material/close:"):
        _close_heatmap()
        st.rerun()


def show_confusion(runs: Mapping[str, Run], rows: Sequence[ImagePredictions], thresholds: Thresholds) -> None:
    """Draw each run's accuracy and confusion matrix if at least two images have labels, else nothing.

    Args:
        runs: {name: run}, in the order of each row's predictions.
        rows: The images' predictions.
        thresholds: Between which a prediction counts as not sure.
    """
    counts = {name: count_confusion(rows, index, thresholds) for index, name in enumerate(runs)}
    counts = {name: count for name, count in counts.items() if count is not None and count.total > 1}
    if not counts:
        return
    total = max(count.total for count in counts.values())
    with st.expander(
        f"How they did on the {total} pictures with a label", expanded=total > MOST, icon=":material/checklist:"
    ):
        grid = st.grid(min(2, len(counts)), min_column_width=330)
        for name, count in counts.items():
            with grid.cell(), st.container(border=True, horizontal=True, vertical_alignment="center"):
                _confusion(name, count)
        few = f" {total} pictures are few, so a lucky or unlucky one changes much." if total < FEW else ""
        st.caption(
            "Accuracy is the share of right answers when every model must decide, at 50%. The table is a confusion "
            "matrix: each row holds the pictures with one label, each column those with one answer; "
            f'"{UNSURE}" lies between your thresholds.{few}'
        )


def _confusion(name: str, count: ConfusionCounts) -> None:
    sure = f"{format_percent(count.accuracy_when_sure)} of {count.sure} when sure" if count.sure else "never sure"
    with st.container(width=150, gap="xxsmall"):
        st.metric(markdown.escape(name), format_percent(count.accuracy))
        st.caption(f"{count.correct} of {count.total} right  \n{sure}")
    upper, lower = (markdown.escape(label) for label in count.classes)
    (a, b, c), (d, e, f) = count.counts.tolist()
    st.markdown(
        f"| labelled | said {upper} | said {lower} | {UNSURE} |\n"
        "|:--|--:|--:|--:|\n"
        f"| {upper} | **{a}** | {b} | {c} |\n"
        f"| {lower} | {d} | **{e}** | {f} |",
        width="content",
    )
