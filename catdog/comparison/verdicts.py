"""What a diagnosis can be, and what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What the learning curves of a run, or several runs side by side, show."""

    NOT_LEARNED = "has not learned"
    IMPROVING = "underfits, still improving"
    UNDERFITS = "underfits"
    FITS = "fits"
    OVERFITS = "overfits"
    UNSTABLE = "unstable"
    DIVERGED = "diverged"
    RATE_TOO_HIGH = "learning rate too high"
    RATE_TOO_LOW = "learning rate too low"
    SEED_NOISE = "differences within seed noise"
    BEYOND_NOISE = "difference beyond seed noise"


@dataclass(frozen=True)
class Remedy:
    """What to try next, as the settings of an ordinary run.

    Attributes:
        changes: {field of `TrainConfig`: its new value}; all other settings stay.
        phrase: The changes in words, such as "with augmentation".
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    phrase: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What a run's learning curves show.

    Attributes:
        verdict: The finding.
        seen: A sentence with what was measured.
        advice: A sentence with what to try next.
        remedy: That as a run; None where there is nothing to try by settings.
        turn: The epoch with the lowest validation loss before it rose for good; None where it did not.
        probably: Whether the verdict names a cause that the curves suggest but can't prove.
    """

    verdict: Verdict
    seen: str
    advice: str
    remedy: Remedy | None = None
    turn: int | None = None
    probably: bool = False

    @property
    def title(self) -> str:
        """The finding as a heading, such as "Overfits since epoch 6" or "Learning rate probably too high"."""
        text = str(self.verdict)
        if self.verdict == Verdict.OVERFITS and self.turn is not None:
            text += f" since epoch {self.turn}"
        if self.probably:
            text = text.replace(" too ", " probably too ")
        return text[0].upper() + text[1:]
