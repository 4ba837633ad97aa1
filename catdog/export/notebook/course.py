"""The reference course itself as a notebook: its six steps, as published, but for the split of the test photos."""

from catdog.export.notebook.cells import Cell, code, sentences, to_notebook, to_script
from catdog.export.notebook.data import PUBLIC_PHOTOS
from catdog.export.notebook.head import add_head
from catdog.export.notebook.photos import write_data_cells
from catdog.export.notebook.results import (
    Reference,
    write_chart_cells,
    write_curve_cells,
    write_mistake_cells,
    write_note,
    write_reference,
    write_score_call,
)
from catdog.export.notebook.training import write_training_cells
from catdog.models.specs import MODELS, ModelSpec
from catdog.training.recipes import PUBLISHED, make_config
from catdog.utils.text import format_percent

REFERENCE_COURSE = "the reference course"
_TITLE = (
    "# Cats and dogs in six steps\n\nThe reference course teaches image classification with 3,000 photos. Its steps: "
    "look at the data, train a first network, augment the photos, scale their pixels, use a pretrained network, and "
    "score it on test photos. Here they are in our words, with its settings."
)
_SPLIT = (
    "Here one thing differs from the reference course. It takes its test photos from a dataset that is shuffled anew "
    "at every pass, so they also appear among the validation photos. We draw 192 test photos once, and they never "
    "appear elsewhere."
)
_PREVIEW = (
    'photo = images[training[:1]].astype("float32")',
    'flip, rotate = layers.RandomFlip("horizontal_and_vertical"), layers.RandomRotation(0.2)',
    "figure, axes = plt.subplots(1, 5, figsize=(13, 3))",
    'titles = ("original", "flipped", "flipped", "rotated", "rotated")',
    "for axis, change, title in zip(axes, (None, flip, flip, rotate, rotate), titles):",
    "    changed = photo if change is None else keras.ops.convert_to_numpy(change(photo, training=True))",
    '    axis.imshow(changed[0].astype("uint8"))',
    "    axis.set_title(title)",
    '    axis.axis("off")',
    "plt.show()",
)


def render_reference_course() -> bytes:
    """Return the reference course as a .ipynb file, UTF-8, which needs nothing of this project."""
    return to_notebook(_write_cells())


def render_course_script() -> bytes:
    """Return the notebook of `render_reference_course` as a Python script with marks of its cells."""
    return to_script(_write_cells())


def _write_cells() -> list[Cell]:
    cells = [*write_data_cells(PUBLIC_PHOTOS, "Step 1: Look at the data"), sentences(_SPLIT)]
    for step, spec in enumerate(MODELS.values(), start=2):
        cells += _write_step(step, spec)
    return add_head([*cells, *write_chart_cells(), *_write_test(len(MODELS) + 2)], _TITLE, [""])


def _write_step(step: int, spec: ModelSpec) -> list[Cell]:
    published = spec.published
    reference = Reference(REFERENCE_COURSE, {"validation": {"accuracy": published.best_val_accuracy}})
    return [
        sentences(
            f"## Step {step}: {spec.step}",
            f"{spec.title}, called {spec.name}. The reference course published a best validation accuracy of "
            f"{format_percent(published.best_val_accuracy, 0)} and a best training accuracy of "
            f"{format_percent(published.best_accuracy, 0)}. Its seed is not known, so expect other numbers, a few "
            "points up or down.",
        ),
        *([sentences("What flips and rotations do to a photo:"), code(*_PREVIEW)] if spec.name == "model2" else []),
        *write_training_cells(make_config(spec.name, PUBLISHED)),
        *write_curve_cells(spec.name, reference),
        code(
            write_reference(reference),
            write_score_call("validation", reference),
            write_note(spec.name),
        ),
    ]


def _write_test(step: int) -> list[Cell]:
    published = MODELS["model4"].published
    scores = {"accuracy": published.test_accuracy, "loss": published.test_loss}
    reference = Reference(REFERENCE_COURSE, {"test": scores})
    return [
        sentences(
            f"## Step {step}: The test score",
            "model4 has the best validation accuracy, so it is the one to score on the test photos, once. With 192 "
            "test photos, one photo is half a percentage point. Treat differences of a point or two as noise.",
        ),
        code(
            write_reference(reference),
            write_score_call("test", reference),
        ),
        *write_mistake_cells(),
    ]
