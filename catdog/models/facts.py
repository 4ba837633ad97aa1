"""What the four models are made of, fact by fact, so that any two can be laid side by side."""

from catdog.models.networks import DROPOUT, SCALING
from catdog.models.specs import get_spec
from catdog.models.summary import count_convolutions, count_mobilenet, list_layers

_FLIPS = {"none": "", "horizontal": "left-right flip", "horizontal_and_vertical": "half-turn flip"}


def list_facts(name: str) -> dict[str, str]:
    """Return {what it is: its value in a few words} of the model called `name`; the same keys for every model.

    Raises:
        UsageError: There is no such model.
    """
    spec, layers = get_spec(name), list_layers(name)
    augmentation = spec.augmentation
    rotation = f"rotation ±{augmentation.degrees:g}°" if augmentation.rotation else ""
    convolutions = f"{count_mobilenet()[1]}, pretrained" if spec.backbone else f"{count_convolutions(name)}"
    reaching = next(layer.size[2] for layer in layers if layer.kind in ("Flatten", "GlobalAveragePooling2D"))
    outputs = layers[-1].size[2]
    return {
        "What is new": spec.step,
        "Augmentation": ", ".join(filter(None, (_FLIPS[augmentation.flip], rotation))) or "none",
        "Pixel values": "−1 to 1" if name in SCALING else "0 to 255",
        "Convolutions": convolutions,
        "Numbers to decide from": f"{reaching:,}",
        "Dropout": f"{DROPOUT[name]:.0%}",
        "Outputs": "2 logits" if spec.logits else f"{outputs} probability",
        "Parameters": f"{spec.parameters:,}",
        "Trained parameters": f"{spec.trainable_parameters:,}",
    }


def list_changed_facts(name: str, before: str) -> list[str]:
    """Return the keys of `list_facts` in which two models differ.

    Raises:
        UsageError: There is no such model.
    """
    old = list_facts(before)
    return [key for key, value in list_facts(name).items() if old[key] != value]
