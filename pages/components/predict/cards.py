"""A card for each image with every model's prediction, and where a model looks."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.charts import CONFIG, plot_probabilities
from catdog.evaluation import Band, find_band
from catdog.images.decode import SIZE
from catdog.inference.batch import ImagePredictions
from catdog.inference.prediction import UNSURE, Prediction, Thresholds
from catdog.runs import Run
from catdog.utils.class_names import find_class, name_single
from catdog.utils.text import format_confidence, format_percent
from pages.components import markdown
from pages.components.heatmap import show_heatmap
from pages.components.predict.image import QueryImage, is_foreign
from pages.components.predict.novelty import warn_about_novelty
from pages.components.predict.similar import draw_similar
from pages.components.predictions import get_track_record
from pages.components.zoomable_chart import shared_chart

MOST = 12  # cards that are drawn before the user wants more
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
    """Show one image, what the best of the chosen runs says, and every chosen run's prediction."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium")
        with left, st.container(key=f"photo-{index}"):
            st.image(image.original, width="stretch", alt=f"{image.name} as given")
            st.caption(f"{markdown.escape(image.name)}, {image.size[0]} × {image.size[1]} pixels")
        with right:
            st.header(_describe_best(runs, image, row, thresholds), anchor=False)
            best = list(runs.items())[_find_best(runs, image)]
            warn_about_novelty(best[1], best[0], image)
            if text := _describe_agreement(list(runs), row, thresholds):
                st.markdown(text)
            _bars(f"bars-{index}", runs, row.predictions, thresholds)
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.caption(_describe_times(list(runs), row.predictions))
                st.button(
                    "Show heatmap",
                    key=f"look-{index}",
                    on_click=_open_heatmap,
                    args=(image.key,),
                    type="tertiary",
                    icon=":material/center_focus_strong:",
                    help="Where in the image a model looks.",
                )
            draw_similar(index, image)


def _describe_best(runs: Mapping[str, Run], image: QueryImage, row: ImagePredictions, thresholds: Thresholds) -> str:
    """Say what the best run predicts."""
    best = _find_best(runs, image)
    prediction = row.predictions[best]
    label = prediction.label_at(thresholds)
    name = markdown.escape(list(runs)[best])
    if label == UNSURE:
        guess = markdown.escape(name_single(prediction.label))
        return f"Not sure, says {name} ({guess} {format_confidence(prediction.confidence, 0)})"
    answer = markdown.escape(name_single(label))
    confidence = format_confidence(prediction.probability_of(label), 0)
    return f"{answer[:1].upper()}{answer[1:]}, says {name} ({confidence})"


def _find_best(runs: Mapping[str, Run], image: QueryImage) -> int:
    """Return the index of the run with the highest validation accuracy, of those trained on such images if any are."""
    members = list(runs.values())
    return max(
        range(len(members)),
        key=lambda index: (not is_foreign(members[index], image), members[index].selection_accuracy or 0),
    )


def _bars(key: str, runs: Mapping[str, Run], predictions: Sequence[Prediction], thresholds: Thresholds) -> None:
    """Draw the predictions as bars with the runs' track records, one chart for each pair of class names."""
    groups: dict[tuple[str, str], list[tuple[str, str, Prediction, str]]] = {}
    for (name, run), prediction in zip(runs.items(), predictions, strict=True):
        record = get_track_record(run)
        note = _describe_record(find_band(record, prediction.confidence)) if record else ""
        groups.setdefault(prediction.classes, []).append((name, run.config.variant, prediction, note))
    for index, (classes, members) in enumerate(groups.items()):
        st.plotly_chart(
            shared_chart(
                plot_probabilities,
                [(name, model, prediction.probability) for name, model, prediction, _ in members],
                classes,
                (thresholds.low, thresholds.high),
                [note for *_, note in members],
            ),
            key=f"{key}-{index}",
            config=dict(CONFIG),
            alt="; ".join(
                f"{name}: {prediction.label}, {format_confidence(prediction.confidence)} sure"
                + (f" ({note})" if note else "")
                for name, _, prediction, note in members
            ),
        )


def _describe_record(band: Band) -> str:
    """Say how often a run was right on its test images when it was so confident, briefly; no claim on few images."""
    if band.accuracy is None:
        return "when this sure: too few test images to tell"
    return f"when this sure, right {format_percent(band.accuracy, 0)}: {band.correct:,} of {band.count:,}"


def _describe_agreement(names: Sequence[str], row: ImagePredictions, thresholds: Thresholds) -> str:
    """Say which runs are right if the label is known, else whether they agree; "" for one run without a label."""
    groups: dict[str, list[str]] = {}
    labelled = False
    for name, prediction in zip(names, row.predictions, strict=True):
        predicted, true_class = prediction.label_at(thresholds), find_class(row.label, prediction.classes)
        labelled |= true_class is not None
        if true_class is None or predicted == UNSURE:
            group = markdown.escape(predicted)
        else:
            right = predicted == prediction.classes[true_class]
            group = ":material/check: right" if right else ":material/close: wrong"
        groups.setdefault(group, []).append(markdown.escape(name))
    listed = " · ".join(f"{group}: {', '.join(members)}" for group, members in sorted(groups.items()))
    if labelled:
        return f"Labelled **{markdown.escape(row.label)}**. {listed}"
    if len(names) < 2:
        return ""
    if len(groups) > 1:
        return f"The models differ: {listed}"
    return f"{'Both' if len(names) == 2 else f'All {len(names)}'} models agree."


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
        grid = st.grid(2, min_column_width=120)
        with grid.cell():
            st.image(image.original, width="stretch", alt=f"{image.name} as given")
        with grid.cell():
            st.image(image.squared, width="stretch", alt=f"{image.name} squeezed to a square")
            st.caption(f"as the models see it: {SIZE} × {SIZE} pixels")
        _bars("look-bars", runs, row.predictions, thresholds)
    with right:
        names = {run.id: name for name, run in runs.items()}
        best = _find_best(runs, image)
        pairs = list(zip(runs.values(), row.predictions, strict=True))
        members, predictions = zip(pairs[best], *pairs[:best], *pairs[best + 1 :], strict=True)  # it is chosen at first
        show_heatmap(image.pixels, image.key, members, names, predictions)
    if st.button("Close", icon=":material/close:"):
        _close_heatmap()
        st.rerun()
