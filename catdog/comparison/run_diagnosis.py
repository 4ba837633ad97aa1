"""The diagnosis of a run from what its folder tells, and whether the remedy of a diagnosis has helped."""

import math
from collections.abc import Mapping, Sequence

from catdog.comparison.curve import Curve, Turn, accuracy_error, find_turn, level
from catdog.comparison.diagnosis import diagnose
from catdog.comparison.measures import Conditions, Measures
from catdog.comparison.verdicts import Diagnosis, Verdict
from catdog.datasets import TRAINING, VALIDATION
from catdog.runs import Run
from catdog.training.recipes import make_config
from catdog.training.reporter import NOT_A_NUMBER
from catdog.utils.text import format_percent

History = Mapping[str, Sequence[float | None]]

NORMAL_95 = 1.96  # standard errors that chance exceeds, either way, once in twenty times


def diagnose_run(run: Run, history: History) -> Diagnosis | None:
    """Diagnose a run; None before its first epoch has ended.

    Args:
        run: The run. What it does not tell of its data counts as unknown.
        history: Its history, as `Run.history` returns it.
    """
    return diagnose(history, _read_conditions(run))


def measure_run(run: Run, history: History) -> Measures | None:
    """Measure a run's curve; None before its first epoch has ended. Arguments as for `diagnose_run`."""
    curve = Curve.read(history)
    return Measures.take(curve, _read_conditions(run)) if len(curve) else None


def find_run_turn(run: Run, history: History) -> Turn | None:
    """Return where a run's validation loss turned up, see `find_turn`."""
    return find_turn(Curve.read(history), _read_conditions(run).guess_loss)


def describe_turn(run: Run, turn: Turn) -> str:
    """Say what a validation loss that has turned up means, with the run's own numbers."""
    error = accuracy_error(turn.accuracy, _count(run, VALIDATION))
    stays = abs(turn.last_accuracy - turn.accuracy) <= max(NORMAL_95 * math.sqrt(2) * error, 0.01)
    if stays:
        course = f"while validation accuracy stays near {format_percent(turn.last_accuracy)}"
        meaning = "it gets no better at new images, only surer of its mistakes: the clearest sign of overfitting."
    else:
        change = f"{format_percent(turn.accuracy)} to {format_percent(turn.last_accuracy)}"
        course = f"while validation accuracy goes from {change}"
        meaning = "it grows ever surer of its mistakes on new images, which is overfitting."
    return (
        f"Validation loss rises from {turn.lowest:.2f} in epoch {turn.epoch} to {turn.peak:.2f} in epoch "
        f"{turn.peak_epoch}, {course}: {meaning}"
    )


def describe_outcome(verdict: str, before: Run, after: Run, histories: tuple[History, History]) -> str:
    """Say whether the remedy of a diagnosis has helped.

    Of a run that overfits the gap is compared, of any other the validation accuracy, both as the median of the last
    five epochs. The two runs are judged on the same validation images as if these were drawn anew for each, which
    makes chance look larger than it is, never smaller.

    Args:
        verdict: What was found in the first run.
        before: The run that was diagnosed.
        after: The finished run with its remedy.
        histories: The histories of both.
    """
    if before.fingerprint != after.fingerprint:
        return "It learned from other data, so the two can't be compared."
    first, second = (Curve.read(history) for history in histories)
    if not len(second) or second.broke is not None:
        return "It did not help: its loss became no number, too."
    if not len(first):
        reached = format_percent(level(second.val_accuracy))
        return f"It helped: it trained to the end, with a validation accuracy of {reached}."
    images = _count(after, VALIDATION)
    if not images:
        return "The run does not tell how many validation images it was judged on, so chance can't be ruled out."
    accuracies = [level(curve.val_accuracy) for curve in (first, second)]
    errors = [accuracy_error(accuracy, images) for accuracy in accuracies]
    text = f"validation accuracy went from {format_percent(accuracies[0])} to {format_percent(accuracies[1])}"
    change = gain = accuracies[1] - accuracies[0]
    gain_by_chance = NORMAL_95 * math.hypot(*errors)
    if verdict == Verdict.OVERFITS:
        training = [level(curve.accuracy) for curve in (first, second)]
        errors += [accuracy_error(accuracy, _count(after, TRAINING)) for accuracy in training]
        gaps = [100 * (seen - new) for seen, new in zip(training, accuracies, strict=True)]
        text = f"the gap went from {gaps[0]:.1f} to {gaps[1]:.1f} points, and {text}"
        change = (gaps[0] - gaps[1]) / 100
    chance = NORMAL_95 * math.hypot(*errors)
    limit = f"with {images:,} validation images a change of less than {100 * chance:.1f} points can be chance"
    if abs(change) <= chance:
        return f"It changed no more than chance can: {text}, and {limit}."
    helped = "helped" if change > 0 else "made things worse"
    if change > 0 and gain < -gain_by_chance:
        helped = "narrowed the gap at the price of accuracy"
    return f"It {helped}: {text}; {limit}. That holds for these two trainings: another seed may differ."


def _read_conditions(run: Run) -> Conditions:
    counts = run.data.get("counts", {})
    share = _largest_share(counts.get(TRAINING, {})) or run.data.get("baseline") or 0.5
    return Conditions(
        run.config,
        make_config(run.config.model).learning_rate,  # of the recipe that is preselected
        training=_count(run, TRAINING),
        validation=_count(run, VALIDATION),
        guess=_largest_share(counts.get(VALIDATION, {})) or share,
        guess_loss=_entropy(share),
        broke=run.state == "failed" and run.status.error.startswith(NOT_A_NUMBER),
    )


def _count(run: Run, split: str) -> int | None:
    """Return how many images of a split the run has used; None where it does not tell."""
    counts = run.data.get("counts", {}).get(split, {})
    share = run.config.fraction if split == TRAINING else 1.0
    return round(share * sum(counts.values())) or None


def _largest_share(counts: Mapping[str, int]) -> float | None:
    total = sum(counts.values())
    return max(counts.values()) / total if total else None


def _entropy(share: float) -> float:
    """Return the cross-entropy of giving two classes' true shares as their probabilities."""
    return -sum(part * math.log(part) for part in (share, 1 - share) if part > 0)
