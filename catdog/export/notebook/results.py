"""The part of a notebook that shows what came of it, beside what the run got: curves, scores, mistakes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catdog.evaluation.metrics import SMALLEST
from catdog.export.notebook.cells import Cell, chart_text, code, literal, sentences


@dataclass(frozen=True)
class Reference:
    """What a model got elsewhere, to be compared with.

    Attributes:
        name: Who got it, such as "the dashboard".
        scores: {split: {"accuracy" or "loss": value}}.
        curves: {"accuracy" or "val_accuracy": a value for each epoch}.
    """

    name: str
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)


PREDICT = (
    "def predict(model, rows):",
    '    """Return the probability of class 1 for each of these photos."""',
    "    outputs = model.predict(Photos(rows), verbose=0)",
    "    if outputs.shape[1] == 2:  # two logits",
    "        outputs = keras.ops.convert_to_numpy(keras.ops.softmax(outputs))[:, 1:]",
    "    return outputs[:, 0]",
)
SCORE = (
    "def score(probabilities, rows):",
    '    """Return the accuracy on these photos, and the loss: the mean cross-entropy."""',
    f'    clipped = np.clip(np.asarray(probabilities, "float32"), {SMALLEST:g}, 1 - {SMALLEST:g}).astype("float64")',
    "    loss = -np.log(np.where(labels[rows] == 1, clipped, 1 - clipped)).mean()",
    "    return ((probabilities > 0.5) == labels[rows]).mean(), loss",
)
SHOW_SCORES = (
    "def show_scores(name, rows, probabilities, reference, beside):",
    '    """Print the scores on the photos of a split, beside those that others got."""',
    '    for measure, value in zip(("accuracy", "loss"), score(probabilities[name], rows)):',
    "        other = reference.get(name, {}).get(measure)",
    '        text = "not known" if other is None else f"{other:.4f}"',
    '        print(f"{name} {measure}: {value:.4f} here; {beside}: {text}")',
)
SHOW_CURVES = (
    "def show_curves(title, history, reference={}):",
    '    """Draw accuracy and loss by epoch; dotted, the accuracies that others got."""',
    "    figure, axes = plt.subplots(1, 2, figsize=(11, 4))",
    '    for axis, measure in zip(axes, ("accuracy", "loss")):',
    "        epochs = range(1, len(history[measure]) + 1)",
    '        axis.plot(epochs, history[measure], ".-", color="#e69f00", label="training")',
    '        axis.plot(epochs, history["val_" + measure], ".-", color="#0072b2", label="validation")',
    '        for name, colour in {measure: "#e69f00", "val_" + measure: "#0072b2"}.items():',
    "            if name in reference:",
    "                values = reference[name]",
    '                axis.plot(range(1, len(values) + 1), values, ":", color=colour)',
    '        axis.set(xlabel="epoch", ylabel=measure)',
    "        axis.xaxis.get_major_locator().set_params(integer=True)",
    "        axis.legend()",
    "    figure.suptitle(title)",
    "    plt.show()",
)
SHOW_CONFUSION = (
    "def show_confusion(probabilities):",
    '    """Draw how many test photos of each class are taken for which."""',
    "    counts = np.bincount(2 * labels[test] + (probabilities > 0.5), minlength=4).reshape(2, 2)",
    "    figure, axis = plt.subplots(figsize=(4, 4))",
    '    axis.imshow(counts, cmap="Blues")',
    "    for (label, predicted), count in np.ndenumerate(counts):",
    '        colour = "white" if count > counts.max() / 2 else "black"',
    '        axis.text(predicted, label, f"{count:,}", ha="center", va="center", color=colour)',
    "    axis.set_xticks((0, 1), CLASSES, parse_math=False)",
    "    axis.set_yticks((0, 1), CLASSES, parse_math=False)",
    '    axis.set(xlabel="predicted", ylabel="label")',
    "    plt.show()",
)
SHOW_HARDEST = (
    "def show_hardest(probabilities):",
    '    """Show the three test photos with the highest loss: the model is most wrong about them."""',
    "    of_label = np.where(labels[test] == 1, probabilities, 1 - probabilities)",
    "    figure, axes = plt.subplots(1, 3, figsize=(10, 4))",
    "    for axis, place in zip(axes, np.argsort(of_label)[:3]):",
    "        axis.imshow(images[test[place]])",
    "        name = CLASSES[labels[test[place]]]",
    '        title = f"{name}: {of_label[place]:.1%} sure of it\\n{paths[test[place]]}"',
    "        axis.set_title(title, fontsize=9, parse_math=False)",
    '        axis.axis("off")',
    "    plt.show()",
)


def write_result_cells(name: str, reference: Reference, epochs: bool) -> list[Cell]:
    """Return the cells that show what came of a training: curves, scores, mistakes.

    Args:
        name: What the run is called.
        reference: What it got.
        epochs: Whether it was trained in epochs, so that there are curves.
    """
    return [
        *(write_curve_cells(name, reference) if epochs else []),
        sentences(
            "### Scores",
            "Choose a model by its validation accuracy; the test score is the fair estimate for other photos."
            + f" Beside each score stands what {reference.name} got." * bool(reference.scores),
        ),
        code(
            write_reference(reference),
            write_score_call("validation", reference),
            write_score_call("test", reference),
            write_note(name),
        ),
        *write_mistake_cells(),
    ]


def write_curve_cells(name: str, reference: Reference) -> list[Cell]:
    """Return the cells that draw accuracy and loss by epoch; arguments as in `write_result_cells`."""
    title, curves = literal(chart_text(name)), {key: list(values) for key, values in reference.curves.items()}
    if not curves:
        return [sentences("### Learning curves"), code(f"show_curves({title}, history)")]
    return [
        sentences("### Learning curves", f"Dotted lines are the accuracies that {reference.name} got."),
        code(f"curves = {literal(curves)}", f"show_curves({title}, history, curves)"),
    ]


def write_reference(reference: Reference) -> str:
    """Return the line that names `reference`, the scores to compare with."""
    return f"reference = {literal({split: dict(scores) for split, scores in reference.scores.items()})}"


def write_score_call(split: str, reference: Reference) -> str:
    """Return the line that prints the scores of a split, "validation" or "test", beside those in `reference`."""
    return f'show_scores("{split}", {split}, probabilities, reference, {literal(reference.name)})'


def write_note(name: str) -> str:
    """Return the line that notes a training in `results`, for the chart of all."""
    return f'results[{literal(chart_text(name))}] = history, score(probabilities["validation"], validation)[0]'


def write_mistake_cells() -> list[Cell]:
    """Return the cells that show which test photos are taken for what, and the hardest."""
    return [
        sentences("What the test photos of each class are taken for:"),
        code('show_confusion(probabilities["test"])'),
        sentences("The three hardest test photos, with how sure the model is of the right class:"),
        code('show_hardest(probabilities["test"])'),
    ]


def write_chart_cells() -> list[Cell]:
    """Return the cells that draw all trainings of the notebook in one chart."""
    return [
        sentences("## All together", "One line for each model: its validation accuracy by epoch."),
        code(
            "figure, axis = plt.subplots(figsize=(9, 5))",
            "for title, (history, accuracy) in results.items():",
            '    values = history.get("val_accuracy", [accuracy])  # a model without epochs is a point',
            '    axis.plot(range(1, len(values) + 1), values, marker=".", label=title)',
            'axis.set(xlabel="epoch", ylabel="validation accuracy")',
            "axis.xaxis.get_major_locator().set_params(integer=True)",
            "axis.legend()",
            "plt.show()",
        ),
    ]
