"""The report: data, settings, curves, scores, mistakes and hardest pictures of some runs, to hand in."""

import base64
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from PIL import Image

from catdog.charts import list_goals, plot_panels
from catdog.charts.series import Series
from catdog.comparison import build_table, describe_overfitting, diff_settings, get_baseline, warn_about_data
from catdog.datasets import TEST, Dataset, open_dataset
from catdog.errors import CatDogError
from catdog.evaluation import Predictions, class_scores, confusion_matrix, describe_mcnemar, find_hard_examples, mcnemar
from catdog.export.report.pages import drawing, page
from catdog.runs import Run
from catdog.settings import Settings
from catdog.utils.text import format_percent

HARDEST = 12
SIDE = 240  # pixels of a picture's longer side in the report


def render_report(settings: Settings, runs: Sequence[Run], names: Mapping[str, str]) -> str:
    """Return the report of these runs as one HTML file that needs no other.

    names: {run id: what the report calls the run}. Runs without answers to the test pictures (still training, or with
    damaged files) have curves and settings only. Pictures come from the data set as it lies on this machine; where it
    is gone or has changed, the report says so and names the files.
    """
    histories = {run.id: run.history() for run in runs}
    answers = _answers(runs)
    return page(
        "report.html",
        made=datetime.now().astimezone().strftime("%d %B %Y, %H:%M"),
        runs=[_run(run, names[run.id], histories[run.id], answers.get(run.id)) for run in runs],
        warning=warn_about_data(list(runs), names),
        data=[data for data in {_data_words(run): None for run in runs} if data],
        curves=drawing(_curves(runs, names, histories)),
        differences=diff_settings(runs),
        rows=build_table(runs, names),
        better=_better(runs, names, answers),
        hardest=_hardest(settings, runs, names, answers),
        percent=format_percent,
    )


def _answers(runs: Sequence[Run]) -> dict[str, Predictions]:
    """Return the answers to the test pictures by run id; a run without any (that can be read) is left out."""
    found = {}
    for run in runs:
        try:
            answers = run.predictions().of(TEST)
        except CatDogError:
            continue
        if len(answers):
            found[run.id] = answers
    return found


def _data_words(run: Run) -> str:
    data = run.details.get("data") or {}
    counts = data.get("counts")
    if not isinstance(counts, dict):
        return ""
    parts = [
        f"{split}: " + ", ".join(f"{number:,} {name}" for name, number in of.items()) for split, of in counts.items()
    ]
    known = get_baseline(run)
    guess = f" Always guessing the most frequent class scores {format_percent(known)}." if known is not None else ""
    fingerprint = run.fingerprint[:12]
    return (
        f"{data.get('title')} ({'; '.join(parts)}; fingerprint {fingerprint}).{guess} {data.get('note') or ''}".strip()
    )


def _run(run: Run, name: str, history: Mapping[str, Sequence[float]], answers: Predictions | None) -> dict[str, Any]:
    """Return what the report says of one run."""
    said = {
        "name": name,
        "id": run.id,
        "settings": {key: value for key, value in run.config.to_dict().items() if value is not None},
        "weights": (run.details.get("weights") or {}).get("source", ""),
        "note": run.note,
        "overfitting": describe_overfitting(history, get_baseline(run)),
        "confusion": None,
    }
    if answers is not None:
        said["classes"] = _classes(run)
        said["confusion"] = confusion_matrix(answers.labels, answers.probabilities, 0.5).tolist()
        said["scores"] = class_scores(answers.labels, answers.probabilities, 0.5)
    return said


def _classes(run: Run) -> tuple[str, str]:
    names = (run.details.get("data") or {}).get("classes")
    return (str(names[0]), str(names[1])) if isinstance(names, list) and len(names) == 2 else ("class 0", "class 1")


def _curves(runs: Sequence[Run], names: Mapping[str, str], histories: Mapping[str, Mapping[str, Sequence[float]]]):
    series = [Series(names[run.id], run.config.model, histories[run.id]) for run in runs]
    models = sorted({run.config.model for run in runs if run.config.source == "photos"})
    shares = {round(share, 4) for run in runs if (share := get_baseline(run)) is not None}
    return plot_panels(series, goals=list_goals(models, shares.pop() if len(shares) == 1 else None))


def _better(runs: Sequence[Run], names: Mapping[str, str], answers: Mapping[str, Predictions]) -> list[str]:
    """Return what McNemar's test says of the best run beside each other one, where both answered the same pictures."""
    ranked = sorted((run for run in runs if run.id in answers), key=lambda run: -(run.best_val_accuracy or 0.0))
    said = []
    for other in ranked[1:]:
        try:
            found = mcnemar(answers[ranked[0].id], answers[other.id])
        except CatDogError:
            continue
        said.append(describe_mcnemar(names[ranked[0].id], names[other.id], found))
    return said


def _hardest(
    settings: Settings, runs: Sequence[Run], names: Mapping[str, str], answers: Mapping[str, Predictions]
) -> list[dict[str, Any]]:
    """Return the hardest test pictures of the runs that share the first one's data, each with all answers."""
    alike = [run for run in runs if run.id in answers]
    alike = [run for run in alike if run.fingerprint == alike[0].fingerprint]
    if not alike:
        return []
    dataset, classes = _dataset(settings, alike[0]), _classes(alike[0])
    return [
        {
            "path": photo.path,
            "label": classes[photo.label],
            "picture": _picture(dataset, photo.path),
            "answers": [_answer(names[run.id], classes, photo.probabilities[run.id], photo.label) for run in alike],
        }
        for photo in find_hard_examples({run.id: answers[run.id] for run in alike}, HARDEST)
    ]


def _answer(name: str, classes: tuple[str, str], probability: float, label: int) -> dict[str, Any]:
    said = int(probability > 0.5)
    sure = format_percent(probability if said else 1 - probability)
    return {"name": name, "class": classes[said], "sure": sure, "right": said == label}


def _dataset(settings: Settings, run: Run) -> Dataset | None:
    """Return the data that the run learned from; None where it is gone or has changed."""
    try:
        dataset = open_dataset(settings, run.config.source)
    except CatDogError:
        return None
    return dataset if dataset.catalog.fingerprint == run.fingerprint else None


def _picture(dataset: Dataset | None, path: str) -> str:
    """Return a small JPEG of the picture as a data: address, "" where it can't be had."""
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
