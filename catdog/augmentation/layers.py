"""The Keras layers of an augmentation, and Python code that makes them."""

from typing import TYPE_CHECKING, Any

from catdog.augmentation.config import AUGMENTATION_LAYERS, Augmentation

if TYPE_CHECKING:
    import keras

BYTES = (0, 255)  # the range of pixel values where they have not been scaled
_HEAD = """import keras

# Takes and gives images (N, height, width, 3) with pixel values 0..255.
# Acts only while a model trains, or where called with training=True.
"""


def build_augmentation_layers(
    augmentation: Augmentation, seed: int | None = None, value_range: tuple[float, float] = BYTES
) -> "list[keras.Layer]":
    """Build the Keras layers of an augmentation, in order, named as in AUGMENTATION_LAYERS.

    Only what is switched on gets a layer, so the list may be empty. The layers take and give float images
    (N, H, W, 3), keep their size, and act only when called with training=True. Keras 3 flips
    "horizontal_and_vertical" along both axes at once or not at all: half of the images are turned by 180°.

    Args:
        augmentation: What the layers do.
        seed: With it, layers built anew draw the same numbers again; without, Keras picks their seeds (repeatably
            after `keras.utils.set_random_seed`).
        value_range: The lowest and the highest value of the images' pixels.
    """
    import keras
    import numpy as np  # which the settings of a run, where this module is imported, do without

    # Layers of one seed would draw the same numbers: each flip would go with one sense of rotation.
    seeds = [None] * len(AUGMENTATION_LAYERS)
    if seed is not None:
        drawn = np.random.SeedSequence(seed).generate_state(len(AUGMENTATION_LAYERS), np.uint32)
        seeds = [int(value) % 2**31 for value in drawn]
    seed_of = dict(zip(AUGMENTATION_LAYERS, seeds, strict=True))
    return [
        getattr(keras.layers, kind)(*values, **options, seed=seed_of[name], name=name)
        for name, kind, values, options in _active_layers(augmentation, value_range)
    ]


def write_keras_code(augmentation: Augmentation) -> str:
    """Return Python code that makes the layers of an augmentation, as one model called `augmentation`."""
    lines = []
    for call in list_keras_calls(augmentation):
        if call.startswith("RandomContrast"):
            lines.append("        # two numbers, since with one alone Keras would never weaken the contrast")
        lines.append(f"        keras.layers.{call},")
    if not lines:
        lines.append("        # nothing is switched on")
    return "\n".join([f"{_HEAD}augmentation = keras.Sequential(", "    [", *lines, "    ]", ")"]) + "\n"


def list_keras_calls(augmentation: Augmentation, value_range: tuple[float, float] = BYTES) -> list[str]:
    """Return Python code that makes each layer of an augmentation, such as 'RandomFlip("horizontal")', in order.

    Args:
        augmentation: What the layers do.
        value_range: The lowest and the highest value of the images' pixels.
    """
    calls = []
    for _, kind, values, options in _active_layers(augmentation, value_range):
        arguments = [_source(value) for value in values]
        arguments += [f"{name}={_source(value)}" for name, value in options.items()]
        calls.append(f"{kind}({', '.join(arguments)})")
    return calls


def _source(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _active_layers(
    augmentation: Augmentation, value_range: tuple[float, float]
) -> list[tuple[str, str, tuple, dict[str, Any]]]:
    """Return (name, class, arguments, keyword arguments) of each layer that is switched on, without Keras' defaults."""
    fill = {} if augmentation.fill == "reflect" else {"fill_mode": augmentation.fill}
    if augmentation.fill == "constant" and value_range[0] != 0:
        fill["fill_value"] = value_range[0]  # black
    scale = {} if value_range == BYTES else {"value_range": value_range}
    across_and_down = (augmentation.translation,) * 2
    layers = {
        "flip": ("RandomFlip", (augmentation.flip,), {}),
        "rotation": ("RandomRotation", (augmentation.rotation,), fill),
        "zoom": ("RandomZoom", (augmentation.zoom,), fill),
        "translation": ("RandomTranslation", across_and_down, fill),
        # As one number Keras 3 would take it for (0, number), which never weakens the contrast.
        "contrast": ("RandomContrast", ((augmentation.contrast,) * 2,), scale),
        "brightness": ("RandomBrightness", (augmentation.brightness,), scale),
    }
    return [(name, *layers[name]) for name in AUGMENTATION_LAYERS if getattr(augmentation, name) not in ("none", 0)]
