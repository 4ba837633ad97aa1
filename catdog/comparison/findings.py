"""What is seen in a learning curve, a sentence each, with the numbers that were computed."""

from catdog.comparison.curve import Turn
from catdog.comparison.measures import Measures
from catdog.utils.text import format_percent


def describe_accuracies(measures: Measures, rest: str) -> str:
    """Say how often the model is right; `rest` ends the sentence."""
    return (
        f"At the end it is right on {format_percent(measures.accuracy)} of its training images and "
        f"{format_percent(measures.val_accuracy)} of new ones{rest}."
    )


def describe_gap(measures: Measures) -> str:
    """Say how far training is ahead of validation."""
    points = f"{100 * measures.gap:.0f}"
    return describe_accuracies(measures, f": a gap of {points} point{'' if points == '1' else 's'}")


def describe_loss(measures: Measures, rest: str) -> str:
    """Say how near training loss is to that of guessing; `rest` ends the sentence."""
    guess = f"{measures.conditions.guess_loss:.3f}"
    return f"Training loss is {measures.loss:.3f} at the end, and guessing has {guess}{rest}."


def describe_rate(measures: Measures) -> str:
    """Return how the learning rate compares with the usual one, as the end of a sentence."""
    factor = measures.conditions.rate
    times = f"{factor:.3g} times" if factor >= 1 else f"1/{1 / factor:.3g} of"
    return f", with {times} the learning rate that usually suits this model"


def describe_guessing(measures: Measures) -> str:
    """Say that validation accuracy is that of guessing, or hardly more."""
    images, guess = measures.conditions.validation, format_percent(measures.conditions.guess)
    text = f"Validation accuracy is {format_percent(measures.val_accuracy)} at the end"
    if measures.learned:
        losses = f"training loss {measures.loss:.3f} is no better than that of guessing"
        return f"{text}, where guessing has {guess}, but {losses} ({measures.conditions.guess_loss:.3f})."
    shown = f" as far as {images:,} images can show" if images else ""
    text += f", no better than guessing ({guess}){shown}"
    if measures.gap >= 2 * (measures.error or 0.05):
        text += f", while training accuracy is {format_percent(measures.accuracy)}"
    return f"{text}."


def describe_overfitting(measures: Measures, turn: Turn) -> str:
    """Say where the validation loss turned up, and what training did meanwhile."""
    return (
        f"Validation loss has been rising since epoch {turn.epoch}, while training accuracy reached "
        f"{format_percent(measures.accuracy)} and validation accuracy {format_percent(measures.val_accuracy)}."
    )


def describe_jumps(measures: Measures) -> str:
    """Say how far validation jumps from epoch to epoch, and how much of that the few images explain."""
    images = measures.conditions.validation
    noise = f" ({images:,} images explain at most {100 * measures.error:.1f})" if images else ""
    return (
        f"From epoch to epoch validation accuracy jumps by about {100 * measures.jump:.1f} points{noise}, and "
        f"validation loss by {measures.loss_jump:.2f}."
    )


def describe_false_certainty(measures: Measures) -> str:
    """Say that the loss is above that of guessing although most answers are right."""
    return (
        f"Training loss is {measures.loss:.3g}, above that of guessing ({measures.conditions.guess_loss:.3f}), "
        f"although {format_percent(measures.accuracy)} of the answers are right: it is very sure of its mistakes."
    )
