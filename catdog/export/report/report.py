"""The report on several runs: data, settings, learning curves, scores, confusion and hardest test images."""

import base64
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from catdog.charts import list_goals, plot_panels
from catdog.charts.series import Series
from catdog.comparison import (
    build_table,
    describe_turn,
    diagnose_run,
    diff_settings,
    find_run_turn,
    get_baseline,
    warn_about_data,
)
from catdog.datasets import TEST, Dataset, open_dataset
from catdog.errors import CatDogError
from catdog.evaluation import (
    INTERVAL,
    MEANING_OF_P,
    SCOPE,
    Predictions,
    class_scores,
    confusion_matrix,
    describe_mcnemar,
    find_hard_examples,
    mcnemar,
    warn_about_many,
)
from catdog.export.report.templates import chart_to_json, render_template
from catdog.runs import Run
from catdog.settings import Settings
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

HARDEST = 12  # images
SIDE = 240  # pixels of an image's longer side in the report


def render_report(settings: Settings, runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Return a report on several runs as one HTML file that needs no other.

    Runs without predictions for the test images (still training, or with damaged files) have curves and settings only.

    Args:
        settings: Where the datasets are. Images come from the dataset on this machine; where it is gone or has
            changed, the report says so and names the files.
        runs: The runs.
        names: What to call each run, by its id.
    """
    histories = {run.id: run.history() for run in runs}
    predictions = _read_predictions(runs)
    sentences = _compare_with_best(runs, names, predictions)
    return render_template(
        "report.html",
        made=datetime.now().astimezone().strftime("%d %B %Y, %H:%M"),
        runs=[_describe_run(run, names[run.id], histories[run.id], predictions.get(run.id)) for run in runs],
        warning=warn_about_data(list(runs), names),
        data=[sentence for sentence in {_describe_data(run): None for run in runs} if sentence],
        curves=chart_to_json(_plot_curves(runs, names, histories)),
        differences=diff_settings(runs),
        rows=build_table(runs, names),
        interval=INTERVAL,
        significance=sentences,
        scope=" ".join(filter(None, [MEANING_OF_P, warn_about_many(len(sentences)), SCOPE])),
        hard_examples=_list_hard_examples(settings, runs, names, predictions),
        format_percent=format_percent,
    )


def _read_predictions(runs: Sequence[Run]) -> dict[str, Predictions]:
    """Return the predictions for the test images by run id, without the runs that have none or damaged ones."""
    predictions = {}
    for run in runs:
        try:
            tested = run.predictions().of_split(TEST)
        except CatDogError:
            continue
        if len(tested):
            predictions[run.id] = tested
    return predictions


def _describe_data(run: Run) -> str:
    data = run.data
    counts = data.get("counts")
    if not counts:
        return ""
    parts = [
        f"{split}: " + ", ".join(f"{count:,} {name}" for name, count in by_class.items())
        for split, by_class in counts.items()
    ]
    baseline = get_baseline(run)
    guess = ""
    if baseline is not None:
        guess = f" Always guessing the most frequent class scores {format_percent(baseline)}."
    fingerprint = run.fingerprint[:12]
    return (
        f"{data.get('title')} ({'; '.join(parts)}; fingerprint {fingerprint}).{guess} {data.get('note') or ''}".strip()
    )


def _describe_run(
    run: Run, name: str, history: Mapping[str, Sequence[float]], predictions: Predictions | None
) -> dict[str, Any]:
    """Return the template's values for one run."""
    values = {
        "name": name,
        "id": run.id,
        "settings": {key: value for key, value in run.config.to_dict().items() if value is not None},
        "weights": run.details.get("weights", {}).get("source", ""),
        "note": run.note,
        "diagnosis": diagnose_run(run, history),
        "turn": describe_turn(run, turn) if (turn := find_run_turn(run, history)) else "",
        "confusion": None,
    }
    if predictions is not None:
        values["classes"] = _class_names(run)
        values["confusion"] = confusion_matrix(predictions.labels, predictions.probabilities, 0.5).tolist()
        values["scores"] = class_scores(predictions.labels, predictions.probabilities, 0.5)
    return values


def _class_names(run: Run) -> tuple[str, str]:
    return run.classes or ("class 0", "class 1")


def _plot_curves(
    runs: Sequence[Run], names: Mapping[str, str], histories: Mapping[str, Mapping[str, Sequence[float]]]
) -> "go.Figure":
    turns = {run.id: find_run_turn(run, histories[run.id]) for run in runs}
    series = [
        Series(
            names[run.id],
            run.config.variant,
            histories[run.id],
            turn=turn.epoch if turn else None,
            tuned_after=run.head_epochs or 0,
        )
        for run, turn in ((run, turns[run.id]) for run in runs if not run.config.quick)
    ]
    models = sorted({run.config.model for run in runs if run.config.source == "photos"})
    baselines = {round(baseline, 4) for run in runs if (baseline := get_baseline(run)) is not None}
    return plot_panels(series, goals=list_goals(models, baselines.pop() if len(baselines) == 1 else None))


def _compare_with_best(
    runs: Sequence[Run], names: Mapping[str, str], predictions: Mapping[str, Predictions]
) -> list[str]:
    """Return a sentence with McNemar's test for the best run and each of the others that predicted the same images."""
    ranked = sorted((run for run in runs if run.id in predictions), key=lambda run: -(run.selection_accuracy or 0.0))
    sentences = []
    for best, run in zip(ranked[:1] * len(ranked), ranked[1:], strict=False):
        try:
            result = mcnemar(predictions[best.id], predictions[run.id].in_order(run.classes, best.classes))
        except CatDogError:
            continue
        sentences.append(describe_mcnemar(names[best.id], names[run.id], result))
    return sentences


def _list_hard_examples(
    settings: Settings, runs: Sequence[Run], names: Mapping[str, str], predictions: Mapping[str, Predictions]
) -> list[dict[str, Any]]:
    """Return the hardest test images of the runs that share the first one's dataset, with all their predictions."""
    comparable = [run for run in runs if run.id in predictions]
    comparable = [run for run in comparable if run.fingerprint == comparable[0].fingerprint]
    if not comparable:
        return []
    dataset, classes = _open_dataset(settings, comparable[0]), _class_names(comparable[0])
    models = {run.id: predictions[run.id].in_order(run.classes, comparable[0].classes) for run in comparable}
    return [
        {
            "path": example.path,
            "label": classes[example.label],
            "image": _encode_image(dataset, example.path),
            "predictions": [
                _describe_prediction(names[run.id], classes, example.probabilities[run.id], example.label)
                for run in comparable
            ],
        }
        for example in find_hard_examples(models, HARDEST)
    ]


def _describe_prediction(name: str, classes: tuple[str, str], probability: float, label: int) -> dict[str, Any]:
    predicted = int(probability > 0.5)
    confidence = format_percent(probability if predicted else 1 - probability)
    return {"name": name, "class": classes[predicted], "confidence": confidence, "correct": predicted == label}


def _open_dataset(settings: Settings, run: Run) -> Dataset | None:
    """Return the dataset that the run learned from; None where it is gone or has changed."""
    try:
        dataset = open_dataset(settings, run.config.source)
    except CatDogError:
        return None
    return dataset if dataset.catalog.fingerprint == run.fingerprint else None


def _encode_image(dataset: Dataset | None, path: str) -> str:
    """Return an image as a small JPEG in a data: address, "" where it can't be read."""
    if dataset is None or path not in dataset.catalog.paths:
        return ""
    try:
        image = Image.fromarray(np.asarray(dataset.image(dataset.catalog.paths.index(path))))
    except CatDogError:
        return ""
    image.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
