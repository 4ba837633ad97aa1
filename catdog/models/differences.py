"""What each of the four models does differently from the one before, and why; counted where it can be."""

from dataclasses import dataclass

from catdog.models.networks import DROPOUT
from catdog.models.specs import MODELS, ModelSpec, get_spec
from catdog.models.summary import Layer, count_convolutions, count_mobilenet, list_layers
from catdog.utils.text import format_percent

#: why transfer learning goes so far on the photos: ILSVRC 2012 has 118 classes that WordNet has under "dog", and 5 cats
HEAD_START = (
    "Among ImageNet's thousand classes are about 120 breeds of dogs and several of cats. That is why so little "
    "training goes so far on photos of cats and dogs; classes unlike any of ImageNet's gain less."
)


@dataclass(frozen=True)
class Difference:
    """One difference between a model and the one before.

    Attributes:
        name: The difference in one word or two.
        what: One or two plain sentences on what is done now.
        why: One or two plain sentences on the reason.
    """

    name: str
    what: str
    why: str


def list_differences(name: str) -> tuple[Difference, ...]:
    """Return how the model called `name` differs from the one before; () for the first.

    Raises:
        UsageError: There is no such model.
    """
    get_spec(name)
    return {"model1": tuple, "model2": _model2, "model3": _model3, "model4": _model4}[name]()


def describe_changes(name: str) -> str:
    """Return how many things the model called `name` changes, and which; "" for the first.

    Such as "3 changes against model1: augmentation, convolutions, outputs and loss".

    Raises:
        UsageError: There is no such model.
    """
    differences = list_differences(name)
    if not differences:
        return ""
    names = list(MODELS)
    before = names[names.index(name) - 1]
    return f"{len(differences)} changes against {before}: {', '.join(change.name for change in differences)}"


def _model2() -> tuple[Difference, ...]:
    old, new = MODELS["model1"], MODELS["model2"]
    training, validation = _percents(old)
    return (
        Difference(
            "augmentation",
            f"Augmentation: training photos are {new.augmentation.description}.",
            f"model1 memorizes its training photos: in the reference course it is right on {training} of them, but on "
            f"only {validation} of new ones. A photo that looks different every time is harder to memorize, though not "
            "impossible.",
        ),
        Difference(
            "convolutions",
            f"{_convolutions(new, old)}: two now come before the first pooling.",
            "Two filters in a row see a larger piece of the photo than one, so richer patterns are found before the "
            "image is halved.",
        ),
        Difference(
            "outputs and loss",
            f"{_outputs('model2')} answer instead of {_outputs('model1')}, turned into a probability by a sigmoid; so "
            f"the loss, which says how wrong answers are, is {new.loss} instead of {old.loss}.",
            "With two classes one number says it all: what is missing to 100% is the probability of the other class.",
        ),
    )


def _model3() -> tuple[Difference, ...]:
    old, new = MODELS["model2"], MODELS["model3"]
    return (
        Difference(
            "scaled pixels",
            "Scaling: pixel values of 0 to 255 become −1 to 1 before anything else.",
            "Learning goes in small steps of the weights. With inputs of up to 255 such a step changes the outputs so "
            "much that it easily overshoots; numbers around zero suit the weights a network starts with.",
        ),
        Difference(
            "convolutions and poolings",
            f"{_convolutions(new, old)}, a pooling after each; "
            f"{_layer('model3', 'Flatten').size[2]:,} numbers reach the dense layers instead of "
            f"{_layer('model2', 'Flatten').size[2]:,}.",
            "There is less to calculate for each photo. But the dense layer weighs every number it gets, so it grows, "
            f"and the whole model from {old.parameters:,} to {new.parameters:,} parameters.",
        ),
        Difference(
            "dropout",
            _dropout(new, old),
            "A larger dense layer can memorize more; leaving more of it out while it trains works against that.",
        ),
        Difference(
            "augmentation",
            f"Other augmentation: photos are {new.augmentation.description}. Those of model2 are "
            f"{old.augmentation.description}.",
            "A mirrored animal looks natural, while one on its head hardly ever comes up in a photo. Flipped both ways "
            "at once, a photo only turns by 180°, so model2 never sees a mirror image.",
        ),
    )


def _model4() -> tuple[Difference, ...]:
    old, new = MODELS["model3"], MODELS["model4"]
    training, validation = _percents(new)
    parameters, convolutions, _ = count_mobilenet()
    backbone, flat = _layer("model4", "Functional"), _layer("model4", "GlobalAveragePooling2D")
    height, width, channels = backbone.size
    return (
        Difference(
            "pretrained network",
            f"MobileNetV2, a finished network of {convolutions} convolutions, instead of "
            f"{count_convolutions(old.name)} that start from nothing.",
            "It learned to see from over a million photos of a thousand kinds of things (ImageNet), and edges, fur and "
            f"ears need not be learned again: transfer learning. {HEAD_START}",
        ),
        Difference(
            "frozen parameters",
            f"Its {parameters:,} parameters are frozen: only {new.trainable_parameters:,} are trained, instead of "
            f"{old.trainable_parameters:,}.",
            "A few thousand photos are too few to tune millions of numbers well, but plenty for so few, which can "
            "memorize far less.",
        ),
        Difference(
            "global average pooling",
            "Global average pooling instead of a flattened layer and a large dense one: each of the "
            f"{channels:,} maps becomes one number, its average.",
            f"Flattened, {height} × {width} × {channels:,} would be {height * width * channels:,} numbers; whether a "
            f"pattern is in the image matters more than where, so {flat.size[2]:,} are enough.",
        ),
        Difference(
            "dropout",
            _dropout(new, old),
            "So few trained parameters memorize little, and need less of a brake.",
        ),
        Difference(
            "augmentation",
            f"Other augmentation: photos are {new.augmentation.description}. Those of model3 are "
            f"{old.augmentation.description}.",
            "It acts in training only, as dropout does, and makes those photos harder. In the reference course, this "
            f"model is right on {training} of them and on {validation} of new ones: no sign of memorizing.",
        ),
    )


def _layer(model: str, kind: str) -> Layer:
    return next(layer for layer in list_layers(model) if layer.kind == kind)


def _outputs(model: str) -> int:
    return list_layers(model)[-1].size[2]


def _percents(spec: ModelSpec) -> tuple[str, str]:
    """Return the published accuracies on training and validation photos."""
    scores = spec.published
    return format_percent(scores.best_accuracy, 0), format_percent(scores.best_val_accuracy, 0)


def _convolutions(new: ModelSpec, old: ModelSpec) -> str:
    return f"{count_convolutions(new.name)} convolutions instead of {count_convolutions(old.name)}"


def _dropout(new: ModelSpec, old: ModelSpec) -> str:
    return f"Dropout of {format_percent(DROPOUT[new.name], 0)} instead of {format_percent(DROPOUT[old.name], 0)}."
