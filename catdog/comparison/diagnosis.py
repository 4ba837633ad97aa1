"""What is wrong with a training, if anything: a diagnosis of its whole learning curve.

The rules are tried in order, and the first that holds gives the verdict. How often they are right is measured by
`python -m benchmarks.planted_faults`, on trainings of which it is known what is wrong with them.
"""

from collections.abc import Mapping, Sequence

from catdog.comparison.curve import LAST, Curve
from catdog.comparison.findings import (
    describe_accuracies,
    describe_false_certainty,
    describe_gap,
    describe_guessing,
    describe_jumps,
    describe_loss,
    describe_overfitting,
    describe_rate,
)
from catdog.comparison.measures import Conditions, Measures
from catdog.comparison.remedy import choose_remedy
from catdog.comparison.verdicts import Diagnosis, Verdict

STUCK = 0.02  # of the loss of guessing: a training loss no further from it has learned next to nothing
NEAR = 0.1  # of the loss of guessing: how far below it the training loss may be for a high rate to be the likely cause
EXPLODED = 3.0  # times the loss of guessing
GAP = 0.15  # of accuracy (0..1) between training and validation, from which a run overfits
TURNED_GAP = 0.05  # the same, where the validation loss has rotated up too
JUMPS = 3.0  # times its standard error by which validation accuracy must scatter in an unstable run
JUMP = 0.04  # of accuracy (0..1), by which it must scatter at least
LOSS_JUMP = 0.25  # of the loss of guessing, by which validation loss scatters in an unstable run
HIGH, LOW = 3.0, 0.1  # times the usual learning rate, from which on a rate is high or low


def diagnose(history: Mapping[str, Sequence[float | None]], conditions: Conditions) -> Diagnosis | None:
    """Diagnose a run's learning curves.

    Args:
        history: The columns accuracy, loss, val_accuracy and val_loss, one value an epoch, and epoch.
        conditions: How they came about.

    Returns:
        The diagnosis; None before the first epoch has ended.
    """
    curve = Curve.read(history)
    if curve.broke is not None or conditions.broke:
        epoch = curve.broke or len(curve) + 1
        return _conclude(conditions, Verdict.DIVERGED, f"The loss became infinite or no number (NaN) in epoch {epoch}.")
    if not len(curve):
        return None
    measures = Measures.take(curve, conditions)
    for rule in (_diverged, _learned_nothing, _turned, _unstable, _ahead, _too_slow, _underfits):
        if finding := rule(measures):
            return _conclude(conditions, *finding, measures)
    return _conclude(
        conditions, Verdict.FITS, describe_accuracies(measures, ": what it learned holds for new images"), measures
    )


Finding = tuple[Verdict, str]


def _diverged(measures: Measures) -> Finding | None:
    """The loss ends far above that of guessing, no longer falls, and the answers are no better than guessing."""
    exploded = measures.loss > EXPLODED * measures.conditions.guess_loss
    if exploded and not measures.learned and measures.epochs >= LAST and not measures.falling:
        return Verdict.DIVERGED, describe_loss(measures, "")
    return None


def _learned_nothing(measures: Measures) -> Finding | None:
    """Validation accuracy is no better than guessing, or little better while the losses are those of guessing."""
    conditions = measures.conditions
    near = abs(measures.loss - conditions.guess_loss) < STUCK * conditions.guess_loss
    stuck = near or min(measures.loss, measures.val_loss) > (1 - STUCK) * conditions.guess_loss
    hardly = stuck and measures.val_accuracy < conditions.guess + GAP and not measures.improving
    if measures.learned and not hardly:
        return None
    if conditions.rate <= LOW:
        return Verdict.RATE_TOO_LOW, describe_loss(measures, describe_rate(measures))
    if conditions.rate >= HIGH and measures.loss > (1 - NEAR) * conditions.guess_loss:
        return Verdict.RATE_TOO_HIGH, describe_loss(measures, describe_rate(measures))
    if measures.improving and measures.gap < GAP:
        return Verdict.IMPROVING, describe_loss(measures, ", but validation loss is still falling")
    return Verdict.NOT_LEARNED, describe_guessing(measures)


def _turned(measures: Measures) -> Finding | None:
    """The validation loss has turned up, and training is ahead of validation."""
    if measures.turn is not None and measures.gap >= TURNED_GAP + measures.error:
        return Verdict.OVERFITS, describe_overfitting(measures, measures.turn)
    return None


def _unstable(measures: Measures) -> Finding | None:
    """Validation jumps from epoch to epoch by more than so few images explain, or a high rate makes it too sure."""
    conditions = measures.conditions
    # near one half, answers tip over by the dozen while the loss falls smoothly: accuracy alone proves nothing
    far = measures.jump > max(JUMP, JUMPS * measures.error)
    unsteady = measures.loss_jump > LOSS_JUMP * conditions.guess_loss * (0.5 if far else 1)
    if conditions.rate >= HIGH and measures.loss > conditions.guess_loss:
        return Verdict.RATE_TOO_HIGH, describe_false_certainty(measures)
    if unsteady:
        return Verdict.RATE_TOO_HIGH if conditions.rate >= HIGH else Verdict.UNSTABLE, describe_jumps(measures)
    return None


def _ahead(measures: Measures) -> Finding | None:
    """Training accuracy is far ahead of validation accuracy, and validation no longer follows."""
    if measures.gap >= GAP + measures.error and not measures.improving:
        return Verdict.OVERFITS, describe_gap(measures)
    return None


def _too_slow(measures: Measures) -> Finding | None:
    """The rate is far below the usual one, and the run has not got far."""
    if measures.conditions.rate <= LOW and not measures.good:
        return Verdict.RATE_TOO_LOW, describe_accuracies(measures, describe_rate(measures))
    return None


def _underfits(measures: Measures) -> Finding | None:
    """Neither accuracy is half way from guessing to every image right, or training accuracy is not and still rises."""
    if measures.good and not (measures.improving and measures.behind):
        return None
    if measures.improving:
        return Verdict.IMPROVING, describe_accuracies(measures, ", and validation loss is still falling")
    return Verdict.UNDERFITS, describe_accuracies(measures, ", and validation loss hardly falls any more")


def _conclude(conditions: Conditions, verdict: Verdict, seen: str, measures: Measures | None = None) -> Diagnosis:
    memorized = measures is not None and measures.gap >= GAP
    advice, remedy = choose_remedy(verdict, conditions.config, conditions.usual_rate, memorized)
    turn = measures.turn.epoch if measures and measures.turn else None
    probably = verdict in (Verdict.RATE_TOO_HIGH, Verdict.RATE_TOO_LOW)
    return Diagnosis(verdict, seen, advice, remedy, turn, probably)
