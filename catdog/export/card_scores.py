"""The model card's section on how good the model is: accuracies with intervals, and what was taken for what."""

from typing import TYPE_CHECKING, Any

from catdog.evaluation.significance import INTERVAL
from catdog.evaluation.summary import summarize
from catdog.utils.text import format_percent

if TYPE_CHECKING:
    from catdog.runs import Run

SPLITS = ("validation", "test")


def describe_scores(run: "Run", classes: list[str]) -> list[str]:
    """Return the card's paragraphs on how good the model is, as Markdown.

    Args:
        run: A finished run.
        classes: The names of class 0 and class 1, escaped.

    Raises:
        RunError: The run's predictions are missing or damaged.
    """
    predictions = run.predictions()
    parts = [
        "## How good it is",
        f"The kept model, scored once in float32, on images that it did not learn from. {_describe_choice(run)}",
        INTERVAL,
    ]
    for split in SPLITS:
        part = predictions.of_split(split)
        if len(part):
            scores = summarize(part)
            parts += [_score(split, scores), _confusion(scores["confusion"], classes)]
    return parts


def _describe_choice(run: "Run") -> str:
    """Say which epoch's model is kept, and why the test score is the fair one."""
    if run.config.quick:
        return (
            "The strength of the penalty on its weights was chosen by the validation images, so their score may "
            "be slightly optimistic."
        )
    if not run.config.restore_best:
        return "It is the model of the last epoch."
    text = "The epoch whose model is kept was chosen by the validation images, so their score is slightly optimistic."
    if run.best_val_accuracy is not None:
        text += (
            f" While training, the best epoch's validation accuracy was {format_percent(run.best_val_accuracy)}: the "
            "highest of many, so it is optimistic, too."
        )
    return text


def _score(split: str, scores: dict[str, Any]) -> str:
    low, high = scores["interval"]
    return (
        f"**{split.capitalize()}**: accuracy {format_percent(scores['accuracy'])} of {scores['photos']:,} images "
        f"(95% confidence interval {format_percent(low)} to {format_percent(high)}), loss {scores['loss']:.4f}."
    )


def _confusion(counts: list[list[int]], classes: list[str]) -> str:
    lines = [f"| | taken for {classes[0]} | taken for {classes[1]} |", "|---|---|---|"]
    lines += [f"| {name} | {row[0]:,} | {row[1]:,} |" for name, row in zip(classes, counts, strict=True)]
    return "\n".join(lines)
