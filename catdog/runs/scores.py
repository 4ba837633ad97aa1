"""The accuracies of a run: one of the kept model on each split, and the best epoch's while training."""

from typing import Any

from catdog.datasets import TEST, VALIDATION
from catdog.training import ACTIVE, Status


class Scores:
    """What a run scored, by its state, its status and its evaluation.

    Attributes:
        state: As of a Run.
        status: As of a Run.
        evaluation: As of a Run.
    """

    state: str
    status: Status
    evaluation: dict[str, Any] | None

    @property
    def val_accuracy(self) -> float | None:
        """Accuracy of the kept model on the validation images, 0..1: scored once, in float32, as the run ended.

        This is the run's validation accuracy wherever one is shown. None before it is scored, while a resumed run goes
        on, and where evaluation.json is missing.
        """
        return self._score(VALIDATION)

    @property
    def best_val_accuracy(self) -> float | None:
        """Highest validation accuracy of all epochs so far, 0..1, as measured while training; None before the first.

        The faster arithmetic of a training rounds otherwise than the scoring, and the kept model may be that of the
        last epoch, so it is not `val_accuracy`.
        """
        return self.status.best_val_accuracy

    @property
    def selection_accuracy(self) -> float | None:
        """What runs are chosen by, 0..1: `val_accuracy`, else `best_val_accuracy`; never a test score."""
        return self.best_val_accuracy if self.val_accuracy is None else self.val_accuracy

    @property
    def best_epoch(self) -> int | None:
        """The epoch of the highest validation accuracy, from 1, or None."""
        return self.status.best_epoch

    @property
    def test_accuracy(self) -> float | None:
        """Accuracy of the kept model on the test images, 0..1, scored as `val_accuracy` is."""
        return self._score(TEST)

    def _score(self, split: str) -> float | None:
        """Return the kept model's accuracy on a split; a resumed run may have another model by now."""
        return None if self.state in ACTIVE else (self.evaluation or {}).get(split, {}).get("accuracy")
