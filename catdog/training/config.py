"""What a user decides about one training run."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from catdog.augmentation.config import Augmentation
from catdog.errors import UsageError
from catdog.models.fine_tuning import FEWEST_LAYERS, MOST_LAYERS
from catdog.models.networks import SCALING
from catdog.models.specs import check_scaling, get_spec
from catdog.utils.schema import text

SCHEDULES = ("constant", "cosine", "plateau")
MAX_EPOCHS = 1000
MAX_BATCH_SIZE = 1024
HIGHEST_SMOOTHING = 0.99  # with 1 nothing of the labels would be left
MAX_CLIP_NORM = 1e6
PLACE = text(4096, of_files=True)  # a path
FINE_TUNED, QUICK = "fine-tuned", "quick"
AUGMENTATIONS = tuple(field.name for field in fields(Augmentation))


@dataclass(frozen=True)
class TrainConfig:
    """One run's settings; the defaults are the published notebook's, see `training.recipes` for others.

    Attributes:
        model: "model1" to "model4".
        source: "photos", "drawn" or a folder.
        epochs: Passes over the training images, 1 to 1,000.
        batch_size: Images a step, 1 to 1,024.
        learning_rate: Adam's step size, over 0 and up to 1.
        seed: Decides first weights, order and augmentation; 0 to 2³² − 1.
        fraction: Share of the training images that is used, over 0 and up to 1.
        exact: Whether to compute exactly as the notebook does, with no speedup.
        patience: Epochs without a better validation accuracy after which training ends, 0 for never.
        schedule: One of `SCHEDULES`: how the learning rate changes.
        restore_best: Whether the best epoch's weights are kept, else the last one's.
        flip: In place of the model's own, see `Augmentation`; None for its own, as with the six that follow.
        rotation: See `flip`.
        zoom: See `flip`.
        translation: See `flip`.
        contrast: See `flip`.
        brightness: See `flip`.
        fill: See `flip`.
        label_smoothing: How far the labels that training aims at are moved from 0 and 1 towards one half, 0 to
            0.99; scores and the losses of history.csv are those of the labels as they are.
        weight_decay: Share of the learning rate by which each update shrinks the weights, 0 to 1 (Loshchilov and
            Hutter's decoupled weight decay).
        clip_norm: Largest norm of an update's gradients, taken together; longer ones are scaled down to it. 0 for no
            limit.
        fine_tune_layers: How many of the top layers of model4's backbone are trained on once its head is trained; 0
            for none, else 3 to 153. Batch normalization is counted, but stays as it is.
        fine_tune_epochs: Epochs of that fine-tuning, after the others; they count only where there is one.
        fine_tune_rate: Adam's step size in it, over 0 and up to 1; it counts only where there is one.
        scaling: Whether the pixels are scaled from 0..255 to −1..1 before anything else; None for the model's own.
        quick: Whether model4's last layer is fitted at once, on stored features of the images as they are. Of the
            other settings only source, seed and fraction count then; see `training.recipes.make_quick_config`.

    Raises:
        UsageError: A value is out of bounds; one sentence names it.
    """

    model: str
    source: str = "photos"
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 0.001
    seed: int = 1  # not 0, with which model1, as published, happens to memorize its images and to learn nothing else
    fraction: float = 1.0
    exact: bool = False
    patience: int = 0
    schedule: str = "constant"
    restore_best: bool = True
    flip: str | None = None
    rotation: float | None = None
    zoom: float | None = None
    translation: float | None = None
    contrast: float | None = None
    brightness: float | None = None
    fill: str | None = None
    label_smoothing: float = 0.0
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    fine_tune_layers: int = 0
    fine_tune_epochs: int = 6
    fine_tune_rate: float = 1e-4
    scaling: bool | None = None
    quick: bool = False

    def __post_init__(self) -> None:
        """Refuse values out of bounds."""
        get_spec(self.model)
        if not isinstance(self.source, str) or not self.source:
            raise UsageError("The data source is empty: choose photos, drawn or a folder.")
        if not PLACE.fits(self.source):
            raise UsageError("The data source has a name that can't be stored: rename the folder.")
        _check_whole("number of epochs", self.epochs, 1, MAX_EPOCHS)
        _check_whole("batch size", self.batch_size, 1, MAX_BATCH_SIZE)
        _check_whole("seed", self.seed, 0, 2**32 - 1)
        _check_positive("learning rate", self.learning_rate, 1.0)
        _check_positive("share of the data", self.fraction, 1.0)
        _check_whole("patience", self.patience, 0, MAX_EPOCHS)
        if self.schedule not in SCHEDULES:
            raise UsageError(f"The schedule is {self.schedule!r}, but must be one of {', '.join(SCHEDULES)}.")
        for name in ("exact", "restore_best", "quick"):
            if not isinstance(getattr(self, name), bool):
                raise UsageError(f"The setting {name} is {getattr(self, name)!r}, but must be true or false.")
        _check_number("label smoothing", self.label_smoothing, HIGHEST_SMOOTHING)
        _check_number("weight decay", self.weight_decay, 1.0)
        _check_number("gradient clipping", self.clip_norm, MAX_CLIP_NORM)
        self._check_fine_tuning()
        if self.scaling is not None and not isinstance(self.scaling, bool):
            raise UsageError(f"The setting scaling is {self.scaling!r}, but must be true, false or null.")
        check_scaling(self.model, self.scaling)
        augmentation = self.augmentation  # which refuses invalid values
        if self.quick and (not get_spec(self.model).backbone or self.fine_tune_layers or augmentation.active):
            raise UsageError(
                "A quick training fits the last layer of model4 on images as they are: choose model4 without "
                "augmentation and without fine-tuning."
            )
        if self.quick and self.epochs != 1:
            raise UsageError("A quick training has no epochs: leave their number at 1.")

    def __eq__(self, other: object) -> bool:
        """Tell whether both train alike: length and rate of a fine-tuning that is not done don't count."""
        return isinstance(other, TrainConfig) and self._counted() == other._counted()

    def __hash__(self) -> int:
        """Return the same number for settings that train alike."""
        return hash(self._counted())

    def _counted(self) -> tuple[Any, ...]:
        unused = () if self.fine_tune_layers else ("fine_tune_epochs", "fine_tune_rate")
        return tuple(getattr(self, field.name) for field in fields(self) if field.name not in unused)

    def _check_fine_tuning(self) -> None:
        layers = self.fine_tune_layers
        if layers != 0 or isinstance(layers, bool):
            if not get_spec(self.model).backbone:
                raise UsageError(
                    f"{self.model} has no pretrained layers to fine-tune: choose model4, or fine-tune 0 layers."
                )
            _check_whole("number of layers to fine-tune", layers, FEWEST_LAYERS, MOST_LAYERS)
        _check_whole("number of fine-tuning epochs", self.fine_tune_epochs, 1, MAX_EPOCHS)
        _check_whole("number of epochs with those of fine-tuning", self.total_epochs, 1, MAX_EPOCHS)
        _check_positive("fine-tuning rate", self.fine_tune_rate, 1.0)

    @property
    def total_epochs(self) -> int:
        """How many epochs the run trains at most, those of fine-tuning included."""
        return self.epochs + (self.fine_tune_epochs if self.fine_tune_layers else 0)

    @property
    def variant(self) -> str:
        """What charts and names call the model: its name, and that it is fine-tuned or quick where it is."""
        return f"{self.model} {self.manner}".rstrip()

    @property
    def manner(self) -> str:
        """How the model is trained where that is not the usual way: "fine-tuned" or "quick"; else ""."""
        return FINE_TUNED if self.fine_tune_layers else QUICK if self.quick else ""

    @property
    def fine_tuning(self) -> str:
        """The fine-tuning in words, "" for none."""
        if not self.fine_tune_layers:
            return ""
        epochs = f"{self.fine_tune_epochs:,} {'epochs' if self.fine_tune_epochs > 1 else 'epoch'}"
        return f"top {self.fine_tune_layers} layers, {epochs} at {self.fine_tune_rate:g}"

    @property
    def augmentation(self) -> Augmentation:
        """What is done to the training images at random: the model's own, where the settings don't say otherwise."""
        values = {name: getattr(self, name) for name in AUGMENTATIONS}
        own = get_spec(self.model).augmentation
        return replace(own, **{name: value for name, value in values.items() if value is not None})

    @property
    def scaled(self) -> bool:
        """Whether the network scales the pixels from 0..255 to −1..1 before anything else."""
        return self.model in SCALING if self.scaling is None else self.scaling

    @property
    def needs_scaling(self) -> bool:
        """Whether the network can't do without scaled pixels."""
        return get_spec(self.model).backbone

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values for config.json."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """Build the settings from config.json's; unknown names are left out, missing ones get defaults.

        Raises:
            UsageError: There is no model, or a value is out of bounds.
        """
        if not isinstance(values, dict) or not isinstance(values.get("model"), str):
            raise UsageError("The run's settings are missing or damaged: start a new run.")
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"The {name} is {value!r}, but must be a whole number from {low} to {high:,}.")


def _check_positive(name: str, value: Any, high: float) -> None:
    is_number = not isinstance(value, bool) and isinstance(value, int | float)
    if not is_number or not 0 < value <= high:  # also refuses NaN
        raise UsageError(f"The {name} is {value!r}, but must be over 0 and at most {high:g}.")


def _check_number(name: str, value: Any, high: float) -> None:
    is_number = not isinstance(value, bool) and isinstance(value, int | float)
    if not is_number or not 0 <= value <= high:  # also refuses NaN
        raise UsageError(f"The {name} is {value!r}, but must be a number from 0 to {high:,g}.")


def augmentation_settings(augmentation: Augmentation) -> dict[str, Any]:
    """Return the settings with which any of the models is trained with this augmentation.

    Flip and rotation are always among them, since models have their own; the others, which no model has, where they
    are on.
    """
    off = Augmentation()
    on = [name for name in AUGMENTATIONS if getattr(augmentation, name) != getattr(off, name)]
    return {name: getattr(augmentation, name) for name in AUGMENTATIONS if name in ("flip", "rotation", *on)}
