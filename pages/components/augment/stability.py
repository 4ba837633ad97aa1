"""Steadiness: whether a model says the same of one picture, whatever is done to it."""

from collections.abc import Sequence

from catdog.utils.text import format_percent


def describe_stability(name: str, classes: tuple[str, str], probabilities: Sequence[float]) -> str:
    """Return one sentence on a model's probabilities of class 1 (0..1) for the versions of a picture, "" for none."""
    total = len(probabilities)
    if not total:
        return ""
    second = sum(probability > 0.5 for probability in probabilities)
    most = int(second > total - second)
    times = second if most else total - second
    begin = f"{name} says {classes[most]} for {times} of {total} versions"
    if times < total:
        low, high = format_percent(min(probabilities), 0), format_percent(max(probabilities), 0)
        return (
            f"{begin} and {classes[1 - most]} for {total - times}: its probability of {classes[1]} is {low} to {high}."
        )
    sure = [probability if most else 1 - probability for probability in probabilities]
    low, high = format_percent(min(sure), 0), format_percent(max(sure), 0)
    return f"{begin}, {high} sure each time." if low == high else f"{begin}, between {low} and {high} sure."
