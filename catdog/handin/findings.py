"""What in a handed-in run contradicts itself. Each finding is a fact to ask about, and accuses nobody."""

import math

import numpy as np

from catdog.datasets import TEST, TRAINING, VALIDATION, Catalog
from catdog.errors import CatDogError
from catdog.evaluation import Predictions
from catdog.runs import Run
from catdog.training.history import Epoch, check_history
from catdog.utils.text import format_percent

#: By how much the kept model's validation accuracy may differ from its epoch's: training may compute in bfloat16.
KEPT = 0.03
CHANGED = 0.05  # by which a probability must differ to be another answer: processors round in their own ways
SLACK = 2.0  # seconds


def list_contradictions(run: Run, by: str = "") -> list[str]:
    """Compare the files of a run with each other.

    Args:
        run: As unpacked.
        by: The e-mail address of who hands it in, "" where nobody had signed in.

    Returns:
        A sentence for each contradiction, with the numbers of both sides.
    """
    history, fault = check_history(run.files.history)
    findings = [*run.faults, *([fault] if fault else []), *_compare_scores(run), *_compare_model(run)]
    if not run.config.quick:
        findings += _compare_history(run, history)
    if by and run.owned.by not in ("", by):
        findings.append("It was started by somebody else.")
    return findings


def compare_answers(run: Run, paths: tuple[str, ...], probabilities: np.ndarray) -> str:
    """Compare what a model answers now with what its run says that it answered.

    Args:
        run: As unpacked.
        paths: Of the images, as in the catalog.
        probabilities: What model.tflite answers now, of the run's class 1, float (N,), 0..1.

    Returns:
        A sentence, "" where nothing differs.
    """
    try:
        stored = run.predictions()
    except CatDogError:
        return ""  # told of already
    told = dict(zip(stored.paths, stored.probabilities.tolist(), strict=True))
    pairs = [(told[path], value) for path, value in zip(paths, probabilities.tolist(), strict=True) if path in told]
    others = sum(abs(before - now) > CHANGED for before, now in pairs)
    if not others:
        return ""
    return (
        f"model.tflite answers {others:,} of {len(pairs):,} images otherwise than predictions.csv says, by more than "
        f"{100 * CHANGED:.0f} points of probability."
    )


def compare_images(run: Run, catalog: Catalog) -> list[str]:
    """Compare which images a run was scored on, and their labels, with the data that it says it learned from.

    Args:
        run: As unpacked, of the same files as the catalog.
        catalog: The data.

    Returns:
        A sentence for each difference. Whoever left images out, or corrected labels, has these too.
    """
    try:
        stored = run.predictions()
    except CatDogError:
        return []  # told of already
    labels = dict(zip(catalog.paths, catalog.labels.tolist(), strict=True))
    parts = dict(zip(catalog.paths, catalog.splits.tolist(), strict=True))
    findings = []
    for split in (VALIDATION, TEST):
        scored = stored.of_split(split)
        images = {path for path, part in parts.items() if part == split}
        absent = len(images.difference(scored.paths))
        foreign = sum(parts.get(path, TRAINING) == TRAINING for path in scored.paths)
        others = sum(
            labels.get(path, label) != label for path, label in zip(scored.paths, scored.labels.tolist(), strict=True)
        )
        if absent:
            findings.append(f"predictions.csv leaves out {absent:,} of the {len(images):,} {split} images.")
        if foreign:
            findings.append(f"predictions.csv counts {foreign:,} of {len(scored):,} images for {split} that are not.")
        if others:
            findings.append(f"predictions.csv has other labels than the data for {others:,} {split} images.")
    return findings


def _compare_scores(run: Run) -> list[str]:
    """Compare evaluation.json with what follows from predictions.csv."""
    try:
        predictions = run.predictions()
    except CatDogError as error:
        return [str(error)]
    findings = []
    for split in (VALIDATION, TEST):
        claimed = (run.evaluation or {}).get(split, {}).get("accuracy")
        counted = _measure_accuracy(predictions.of_split(split))
        if claimed is None or counted is None or abs(claimed - counted) > 1e-6:
            findings.append(
                f"evaluation.json says {_format(claimed)} for {split}, but predictions.csv gives {_format(counted)}."
            )
    return findings


def _measure_accuracy(predictions: Predictions) -> float | None:
    return float(predictions.correct().mean()) if len(predictions) else None


def _compare_model(run: Run) -> list[str]:
    if run.files.is_scored(run.files.tflite) is False:
        return ["model.tflite is not the file that was scored when the training ended."]
    return [] if run.usable else ["model.tflite is missing."]


def _compare_history(run: Run, history: list[Epoch]) -> list[str]:
    """Compare history.csv with status.json, the settings and the scores."""
    if not history:
        return ["history.csv has no epoch."]
    findings, status = [], run.status
    best = max((epoch.val_accuracy for epoch in history if math.isfinite(epoch.val_accuracy)), default=None)
    if best is not None and status.best_val_accuracy is not None and abs(best - status.best_val_accuracy) > 1e-5:
        findings.append(
            f"status.json says that the best validation accuracy was {_format(status.best_val_accuracy)}, history.csv "
            f"{_format(best)}."
        )
    if [epoch.epoch for epoch in history] != list(range(1, len(history) + 1)):
        findings.append("history.csv lacks epochs.")
    if len(history) > run.config.total_epochs:
        findings.append(f"history.csv has {len(history)} epochs, and the settings say {run.config.total_epochs}.")
    elif not run.config.patience and len(history) < run.config.total_epochs:
        findings.append(f"history.csv has {len(history)} epochs of the {run.config.total_epochs} in the settings.")
    kept = best if run.config.restore_best else history[-1].val_accuracy
    scored = (run.evaluation or {}).get(VALIDATION, {}).get("accuracy")
    if kept is not None and scored is not None and abs(kept - scored) > KEPT:
        findings.append(
            f"history.csv says {_format(kept)} on validation images for the epoch that was kept, evaluation.json "
            f"{_format(scored)} for its model."
        )
    seconds = sum(epoch.seconds for epoch in history)
    lasted = (status.finished or 0.0) - run.created
    if status.finished and run.created and seconds > lasted + SLACK:
        findings.append(f"Its epochs took {seconds:.0f} s, but the run ended {max(lasted, 0):.0f} s after it was made.")
    return findings


def _format(share: float | None) -> str:
    return "no accuracy" if share is None else format_percent(share, 2)
