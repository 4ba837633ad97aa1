"""The four models of the course: their facts, which need no TensorFlow, and how to build and compile them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.augmentation.config import Augmentation
from catdog.augmentation.layers import BYTES, build_augmentation_layers
from catdog.errors import UsageError
from catdog.images import SIZE
from catdog.models import networks
from catdog.models.losses import make_loss, make_metrics

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Published:
    """The scores that the notebook published; None where it gives none.

    Attributes:
        best_val_accuracy: Best accuracy on validation photos, 0 to 1.
        best_accuracy: Best accuracy on training photos, 0 to 1.
        test_accuracy: Accuracy on test photos, 0 to 1.
        test_loss: Loss on test photos.
    """

    best_val_accuracy: float
    best_accuracy: float
    test_accuracy: float | None = None
    test_loss: float | None = None


@dataclass(frozen=True)
class ModelSpec:
    """The facts of one model.

    Attributes:
        name: "model1" to "model4".
        step: The notebook's step it belongs to.
        title: Its heading.
        idea: One plain sentence on what is new.
        parameters: How many Keras counts (a test compares them).
        trainable_parameters: How many of them training changes.
        loss: Name of the Keras loss class.
        goal: Validation accuracy, 0 to 1, drawn as a line on the notebook's plot.
        aim: A second such line, which only model1 has.
        published: The scores that the notebook published.
        augmentation: What is done to images while it trains.
        logits: True if it gives two logits an image, (N, 2), for class 0 and class 1; otherwise it gives the
            probability of class 1, (N, 1).
        backbone: Whether it needs MobileNetV2's weights.
    """

    name: str
    step: str
    title: str
    idea: str
    parameters: int
    trainable_parameters: int
    loss: str
    goal: float
    aim: float | None
    published: Published
    augmentation: Augmentation
    logits: bool
    backbone: bool


MODELS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="model1",
            step="First CNN",
            title="A first convolutional network",
            idea="Convolutions learn small patterns such as edges and fur; dense layers decide from them.",
            parameters=16_821_250,
            trainable_parameters=16_821_250,
            loss="SparseCategoricalCrossentropy",
            goal=0.50,
            aim=0.52,
            published=Published(best_val_accuracy=0.64, best_accuracy=0.99),
            augmentation=Augmentation(),
            logits=True,
            backbone=False,
        ),
        ModelSpec(
            name="model2",
            step="Augmentation",
            title="A network that sees each photo differently every time",
            idea="Photos are flipped and rotated at random in training, which makes them harder to memorize.",
            parameters=16_828_449,
            trainable_parameters=16_828_449,
            loss="BinaryCrossentropy",
            goal=0.55,
            aim=None,
            published=Published(best_val_accuracy=0.67, best_accuracy=0.668),
            augmentation=Augmentation("horizontal_and_vertical", 0.25),
            logits=False,
            backbone=False,
        ),
        ModelSpec(
            name="model3",
            step="Preprocessing",
            title="A network with scaled pixels",
            idea="Pixel values are first scaled from 0..255 to −1..1, where a network learns more easily.",
            parameters=21_257_153,
            trainable_parameters=21_257_153,
            loss="BinaryCrossentropy",
            goal=0.70,
            aim=None,
            published=Published(best_val_accuracy=0.75, best_accuracy=0.758),
            augmentation=Augmentation("horizontal", 0.25),
            logits=False,
            backbone=False,
        ),
        ModelSpec(
            name="model4",
            step="Transfer learning",
            title="Transfer learning with MobileNetV2",
            idea="MobileNetV2 learned to see from over a million photos; only a small last layer is trained.",
            parameters=2_259_265,
            trainable_parameters=1_281,
            loss="BinaryCrossentropy",
            goal=0.95,
            aim=None,
            published=Published(best_val_accuracy=0.97, best_accuracy=0.92, test_accuracy=0.9896, test_loss=0.0552),
            augmentation=Augmentation("horizontal_and_vertical", 0.2),
            logits=False,
            backbone=True,
        ),
    )
}


def get_spec(name: str) -> ModelSpec:
    """Return the facts of the model called `name`; raise UsageError, which names the four, for any other name."""
    if name not in MODELS:
        raise UsageError(f"There is no model called {name!r}: choose one of {', '.join(MODELS)}.")
    return MODELS[name]


def check_scaling(name: str, scaling: bool | None) -> None:
    """Refuse to leave out a scaling without which a model can't work.

    Raises:
        UsageError: The model is built on MobileNetV2, which has learned from scaled pixels only.
    """
    if get_spec(name).backbone and scaling is False:
        raise UsageError(f"{name} can't do without scaled pixels: its frozen MobileNetV2 knows no others.")


def build_model(
    name: str,
    weights: Path | None = None,
    augmentation: Augmentation | None = None,
    seed: int | None = None,
    scaling: bool | None = None,
) -> "keras.Model":
    """Build one of the four models, not yet compiled.

    Input: float images (N, 160, 160, 3), pixels 0..255; scaling and augmentation are layers of the model, and
    augmentation acts in training only. Output: (N, 2) logits for model1, for the others (N, 1) probabilities of
    class 1.

    Args:
        name: "model1" to "model4".
        weights: File with the weights of model4's backbone (see catdog.models.mobilenet); the other models ignore it.
            Without it the backbone starts at random and, being frozen, stays so: good for a look at the layers, not
            for training.
        augmentation: Used instead of the model's own; `Augmentation()` builds the model without those layers. They
            hold no weights, so `get_weights` of a model with them fits `set_weights` of one without.
        seed: Makes starting weights, dropout and augmentation repeatable, through `keras.utils.set_random_seed`,
            which seeds Python's, NumPy's and TensorFlow's global generators; None leaves those alone.
        scaling: Whether its first layer scales the pixels to −1..1; None for the model's own way.

    Raises:
        UsageError: There is no such model, or `check_scaling` refuses it.
        WeightsError: The file doesn't fit the backbone.
    """
    import keras

    spec = get_spec(name)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    if augmentation is None:
        augmentation = spec.augmentation
    check_scaling(name, scaling)
    scaled = name in networks.SCALING if scaling is None else scaling
    augment = build_augmentation_layers(augmentation, value_range=networks.SCALED if scaled else BYTES)
    prepare = [networks.build_scaling(), *augment] if scaled else augment
    # single tensors: Keras 3 hands a list on where a model was made with lists of them
    images = keras.Input((SIZE, SIZE, 3), name="pictures")
    if spec.backbone:
        output = networks.model4(images, prepare, networks.build_mobilenet(weights))
    else:
        output = getattr(networks, name)(images, prepare)
    return keras.Model(images, output, name=name)


def compile_model(
    model: "keras.Model",
    name: str,
    learning_rate: float = 0.001,
    adam: "type[keras.optimizers.Adam] | None" = None,
    label_smoothing: float = 0.0,
    weight_decay: float = 0.0,
    clip_norm: float = 0.0,
) -> None:
    """Compile a built model for training: Adam, the model's loss, and its metrics.

    The metrics are one called "accuracy" and, with label smoothing, the loss of the labels as they are, see
    `losses.CROSS_ENTROPY`.

    Args:
        model: As `build_model` makes it; it takes labels 0 and 1, integers of shape (N,) or (N, 1).
        name: "model1" to "model4".
        learning_rate: Adam's step size.
        adam: Another implementation of Keras' Adam.
        label_smoothing: See `losses.make_loss`.
        weight_decay: Each update first takes this share of the learning rate off every weight, as Keras' AdamW does
            (Loshchilov and Hutter, Decoupled weight decay regularization, 2019).
        clip_norm: Gradients whose norm, all of them taken together, is larger are scaled down to it; 0 for no limit.
    """
    import keras

    # Keras takes None for none, with which it computes as it does without these arguments
    optimizer = (adam or keras.optimizers.Adam)(
        learning_rate, weight_decay=weight_decay or None, global_clipnorm=clip_norm or None
    )
    logits = get_spec(name).logits
    model.compile(
        optimizer=optimizer,
        loss=make_loss(get_spec(name).loss, logits, label_smoothing),
        metrics=make_metrics(logits, label_smoothing),
    )


def compile_like(part: "keras.Model", model: "keras.Model", name: str) -> "keras.Model":
    """Compile `part`, made of layers of the compiled `model` called `name`, for the same training; return it."""
    metrics = make_metrics(get_spec(name).logits, getattr(model.loss, "label_smoothing", 0.0))
    part.compile(optimizer=model.optimizer, loss=model.loss, metrics=metrics)
    return part
