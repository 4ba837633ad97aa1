"""A model's prediction for one image, and the thresholds between which it counts as "not sure"."""

from dataclasses import dataclass

LOW, HIGH = 0.35, 0.65  # the thresholds until a user moves them
UNSURE = "not sure"


@dataclass(frozen=True)
class Thresholds:
    """The probabilities between which a prediction counts as "not sure".

    Attributes:
        low: Below it, the prediction is class 0.
        high: Above it, the prediction is class 1.
    """

    low: float = LOW
    high: float = HIGH


@dataclass(frozen=True)
class Prediction:
    """What a model computes for one image.

    Attributes:
        classes: The names of class 0 and class 1.
        probability: Of class 1, 0..1.
        seconds: The time that the model took.
    """

    classes: tuple[str, str]
    probability: float
    seconds: float = 0.0

    def label_at(self, thresholds: Thresholds) -> str:
        """Return the predicted class, or UNSURE between the thresholds and at either of them."""
        if thresholds.low <= self.probability <= thresholds.high:
            return UNSURE
        return self.classes[int(self.probability > thresholds.high)]

    def label_above(self, threshold: float) -> str:
        """Return class 1 if its probability is above the threshold, else class 0."""
        return self.classes[int(self.probability > threshold)]

    @property
    def label(self) -> str:
        """The likelier class; class 0 at exactly one half, as Keras decides."""
        return self.label_above(0.5)

    def probability_of(self, name: str) -> float:
        """Return the probability of the class of this name, 0..1."""
        return self.probability if name == self.classes[1] else 1 - self.probability

    @property
    def confidence(self) -> float:
        """The probability of the likelier class, 0.5..1."""
        return max(self.probability, 1 - self.probability)
