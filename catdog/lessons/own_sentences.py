"""A sentence with a number of the user's own for each word of the glossary."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from catdog.datasets import TEST, TRAINING, VALIDATION
from catdog.images.resize import SIZE
from catdog.lessons.own_numbers import OwnNumbers
from catdog.models.summary import count_convolutions, count_mobilenet, list_layers
from catdog.runs import Run
from catdog.utils.text import format_duration, format_percent, join_names


def describe_own(name: str, own: OwnNumbers) -> str:
    """Return a sentence with the user's own number for the term called `name`; "" where there is none yet.

    The sentence is plain text: names of runs and classes are not escaped.
    """
    return _SENTENCES[name](own)


def _about_best(sentence: Callable[[Run, str], str]) -> Callable[[OwnNumbers], str]:
    """Return a function that says something of the best run and its name; "" without a run."""
    return lambda own: sentence(own.best, own.names[own.best.id]) if own.best else ""


def _about_scores(sentence: Callable[[str, dict[str, Any], tuple[str, str]], str]) -> Callable[[OwnNumbers], str]:
    """Return a function that says something of a run's name, metrics and classes; "" without a run that is scored."""

    def describe(own: OwnNumbers) -> str:
        if own.scores is None:
            return ""
        run, metrics = own.scores
        return sentence(own.names[run.id], metrics, run.require_classes())

    return describe


def _describe_gap(own: OwnNumbers) -> str:
    if not own.gaps:
        return ""
    run, seen, new = max(own.gaps, key=lambda entry: entry[1] - entry[2])
    return (
        f"Your widest gap: {own.names[run.id]}, {100 * (seen - new):.1f} points ({format_percent(seen)} in "
        f"training, {format_percent(new)} on validation images)."
    )


def _describe_underfitting(own: OwnNumbers) -> str:
    if not own.gaps:
        return ""
    run, seen, _ = min(own.gaps, key=lambda entry: entry[1])
    return f"Your lowest training accuracy: {own.names[run.id]} with {format_percent(seen)}."


def _describe_loss(own: OwnNumbers) -> str:
    curves = [(run, run.history()["val_loss"]) for run in own.runs if run is own.best and not run.config.quick]
    return next(
        (
            f"Validation loss of {own.names[run.id]}: {losses[0]:.2f} after the first epoch, {min(losses):.2f} at best."
            for run, losses in curves
            if losses
        ),
        "",
    )


def _describe_seed(own: OwnNumbers) -> str:
    seeds = sorted({run.config.seed for run in own.runs})
    if not seeds:
        return ""
    listed = join_names([str(seed) for seed in seeds[:5]])
    more = f" and {len(seeds) - 5:,} more" if len(seeds) > 5 else ""
    return f"Your runs have the seed{'s' if len(seeds) > 1 else ''} {listed}{more}."


def _describe_augmentation(own: OwnNumbers) -> str:
    augmented = next((run for run in own.runs if run.config.augmentation.active), None)
    return f"{own.names[augmented.id]}: {augmented.config.augmentation.description}." if augmented else ""


def _describe_fine_tuning(own: OwnNumbers) -> str:
    tuned = next((run for run in own.runs if run.config.fine_tune_layers), None)
    return f"{own.names[tuned.id]} has {tuned.config.fine_tune_layers} layers fine-tuned." if tuned else ""


def _describe_leakage(own: OwnNumbers) -> str:
    pairs = own.count_pairs("leaks")
    return f"The quality check found {pairs} from two splits here." if pairs else ""


def _describe_duplicates(own: OwnNumbers) -> str:
    pairs = own.count_pairs("leaks", "copies", "alike")
    return f"The quality check found {pairs} here, exact copies included." if pairs else ""


def _describe_curve(own: OwnNumbers) -> str:
    if not own.gaps:
        return ""
    run, _, _ = own.gaps[0]
    values = run.history()["val_accuracy"]
    return (
        f"{own.names[run.id]} went from {format_percent(values[0])} to {format_percent(values[-1])} on validation "
        f"images in {len(values):,} epoch{'s' if len(values) > 1 else ''}."
    )


def _describe_epoch(own: OwnNumbers) -> str:
    if not own.gaps:
        return ""
    run = own.gaps[0][0]
    seconds = run.history()["seconds"]
    count = f"{len(seconds):,} epoch{'s' if len(seconds) > 1 else ''}"
    return f"{own.names[run.id]}: {count}, {format_duration(sum(seconds) / len(seconds))} each."


def _describe_batch(own: OwnNumbers) -> str:
    if not own.gaps:
        return ""
    run = own.gaps[0][0]
    images = round(own.count(TRAINING) * run.config.fraction)
    size = run.config.batch_size
    return f"{own.names[run.id]}: {size:,} images, so {math.ceil(images / size):,} updates an epoch."


def _count_splits(own: OwnNumbers) -> str:
    return (
        f"Here: {own.count(TRAINING):,} images for training, {own.count(VALIDATION):,} for validation, "
        f"{own.count(TEST):,} for the test."
    )


def _describe_split(split: str) -> Callable[[OwnNumbers], str]:
    def describe(own: OwnNumbers) -> str:
        count = own.count(split)
        return f"Here: {count:,} images, so one image is worth {100 / count:.2g} points."

    return describe


def _describe_interval(run: str, metrics: dict[str, Any], classes: tuple[str, str]) -> str:
    low, high = (format_percent(bound) for bound in metrics["interval"])
    return (
        f"{run}: {format_percent(metrics['accuracy'])} of {metrics['photos']:,} test images, interval {low} to {high}."
    )


def _describe_confidence(run: str, metrics: dict[str, Any], classes: tuple[str, str]) -> str:
    band = metrics["bands"][-1]
    return (
        f"{run} was {band.words} confident about {band.count:,} of {metrics['photos']:,} test images, and right on "
        f"{band.correct:,} of these."
    )


def _describe_confusion(run: str, metrics: dict[str, Any], classes: tuple[str, str]) -> str:
    wrong = metrics["confusion"]
    return (
        f"{run} took {wrong[0][1]:,} {classes[0]} for {classes[1]} and {wrong[1][0]:,} {classes[1]} for {classes[0]}, "
        f"of {metrics['photos']:,} test images."
    )


def _describe_of_class(metric: str) -> Callable[[OwnNumbers], str]:
    def describe(run: str, metrics: dict[str, Any], classes: tuple[str, str]) -> str:
        pairs = zip(classes, metrics["classes"], strict=True)
        return f"{run}: " + ", ".join(f"{format_percent(scores[metric])} for {name}" for name, scores in pairs) + "."

    return _about_scores(describe)


def _count_layers(own: OwnNumbers) -> str:
    model = own.best.config.model if own.best else "model1"
    return f"{model} has {len(list_layers(model)):,}, counted from its input."


def _count_parameters(own: OwnNumbers) -> str:
    model = own.best.config.model if own.best else "model1"
    return f"{model} has {sum(layer.parameters for layer in list_layers(model)):,}."


def _count_frozen(own: OwnNumbers) -> str:
    layers = list_layers("model4")
    trained, everything = (sum(getattr(layer, name) for layer in layers) for name in _PARAMETERS)
    return f"Of model4's {everything:,} parameters, training changes {trained:,}."


_PARAMETERS = ("trainable_parameters", "parameters")
_SENTENCES: Mapping[str, Callable[[OwnNumbers], str]] = {
    "image": lambda own: f"Models see yours as {SIZE} × {SIZE} pixels: {3 * SIZE**2:,} numbers each.",
    "class": lambda own: f"Here: {own.catalog.classes[0]} and {own.catalog.classes[1]}.",
    "label": lambda own: (
        " and ".join(
            f"{len(own.catalog.indices(label=number)):,} say {name}" for number, name in enumerate(own.catalog.classes)
        )
        + "."
    ),
    "dataset": lambda own: f"Yours: {own.count():,} images.",
    "split": _count_splits,
    "training set": lambda own: f"Here: {own.count(TRAINING):,} images.",
    "validation set": _describe_split(VALIDATION),
    "test set": _describe_split(TEST),
    "baseline": lambda own: f"Here: {format_percent(own.catalog.baseline)}.",
    "near-duplicate": _describe_duplicates,
    "leakage": _describe_leakage,
    "label error": lambda own: f"{own.corrected:,} labels were corrected here.",
    "model": lambda own: f"You have trained {len({run.config.model for run in own.runs}):,} of the four.",
    "layer": _count_layers,
    "parameters": _count_parameters,
    "convolution": lambda own: f"model1 has {count_convolutions('model1')}, MobileNetV2 has {count_mobilenet()[1]}.",
    "transfer learning": _about_best(
        lambda run, name: f"Your best run, {name}, {'uses' if run.config.model == 'model4' else 'does not use'} it."
    ),
    "backbone": lambda own: f"model4's is MobileNetV2, with {count_mobilenet()[0]:,} parameters.",
    "features": lambda own: f"MobileNetV2 makes {list_layers('model4')[-1].parameters - 1:,} of each image.",
    "frozen": _count_frozen,
    "fine-tuning": _describe_fine_tuning,
    "run": lambda own: f"You have {len(own.runs):,} on this data.",
    "epoch": _describe_epoch,
    "batch": _describe_batch,
    "learning rate": _about_best(lambda run, name: f"{name} began with {run.config.learning_rate:g}."),
    "loss": _describe_loss,
    "learning curve": _describe_curve,
    "generalization gap": _describe_gap,
    "overfitting": _describe_gap,
    "underfitting": _describe_underfitting,
    "augmentation": _describe_augmentation,
    "seed": _describe_seed,
    "accuracy": _about_best(
        lambda run, name: f"Your best run, {name}: {format_percent(run.selection_accuracy)} of the validation images."
    ),
    "confidence": _about_scores(_describe_confidence),
    "threshold": _about_scores(
        lambda run, metrics, classes: (
            f"At {format_percent(metrics['threshold'], 0)}, {run} is right on "
            f"{format_percent(metrics['accuracy'])} of the test images."
        )
    ),
    "confusion matrix": _about_scores(_describe_confusion),
    "precision": _describe_of_class("precision"),
    "recall": _describe_of_class("recall"),
    "ROC AUC": _about_scores(
        lambda run, metrics, classes: f"{run}: {metrics['roc_area']:.3f}, where guessing gives 0.5."
    ),
    "calibration": _about_scores(
        lambda run, metrics, classes: f"{run} is off by {100 * metrics['calibration_error']:.1f} points on average."
    ),
    "confidence interval": _about_scores(_describe_interval),
}
