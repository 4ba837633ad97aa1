"""The code that builds and compiles a run's network in plain Keras, layer by layer."""

from catdog.augmentation.layers import BYTES, list_keras_calls
from catdog.images.decode import SIZE
from catdog.models.losses import CROSS_ENTROPY
from catdog.models.networks import CONVOLUTIONS, DROPOUT, FILTERS, HIDDEN, KERNEL, SCALED, WINDOW
from catdog.models.specs import get_spec
from catdog.training.config import TrainConfig

_INPUT = f"keras.Input(({SIZE}, {SIZE}, 3))"
_SCALE = "layers.Rescaling(1 / 127.5, offset=-1)"
_CONVOLUTION = f'layers.Conv2D({FILTERS}, {KERNEL}, activation="relu")'
_POOLING = f"layers.MaxPooling2D({WINDOW})"
BACKBONE = (
    "backbone = keras.applications.MobileNetV2(",
    f"    input_shape=({SIZE}, {SIZE}, 3), include_top=False, weights=WEIGHTS",
    ")",
    "backbone.trainable = False",
)


def write_network(config: TrainConfig) -> list[str]:
    """Return the lines that build a run's `model`, its layers in the run's order, so that the seed starts it alike."""
    lines = [f"keras.utils.set_random_seed({config.seed})"]
    prepare = [_SCALE] if config.scaled else []
    value_range = SCALED if config.scaled else BYTES
    prepare += [f"layers.{call}" for call in list_keras_calls(config.augmentation, value_range)]
    if get_spec(config.model).backbone:
        return [*lines, *_write_transfer(config.model, prepare)]
    convolutions = [_CONVOLUTION if kind == "conv" else _POOLING for kind in CONVOLUTIONS[config.model].split()]
    head = [
        "layers.Flatten()",
        f'layers.Dense({HIDDEN}, activation="relu")',
        f"layers.Dropout({DROPOUT[config.model]})",
        "layers.Dense(2)" if get_spec(config.model).logits else 'layers.Dense(1, activation="sigmoid")',
    ]
    parts = [_INPUT, *prepare, *convolutions, *head]
    return [*lines, "model = keras.Sequential(", "    [", *(f"        {part}," for part in parts), "    ]", ")"]


def _write_transfer(model: str, prepare: list[str]) -> list[str]:
    names = [f"prepare = [{', '.join(prepare)}]"]
    if len(names[0]) > 100:
        names = ["prepare = [", *(f"    {layer}," for layer in prepare), "]"]
    return [
        *names,
        *BACKBONE,
        "",
        f"x = inputs = {_INPUT}",
        "for layer in prepare:",
        "    x = layer(x)",
        "x = backbone(x, training=False)  # its batch normalization stays as it is",
        "x = layers.GlobalAveragePooling2D()(x)",
        f"x = layers.Dropout({DROPOUT[model]})(x)",
        'model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))',
    ]


def write_compile(config: TrainConfig, rate: float) -> list[str]:
    """Return the lines that compile `model`: Adam, the loss and what is measured.

    Args:
        config: The run's settings.
        rate: The learning rate of the first epoch.
    """
    logits, smoothing = get_spec(config.model).logits, config.label_smoothing
    options = [repr(rate)]
    options += [f"weight_decay={config.weight_decay!r}"] * bool(config.weight_decay)
    options += [f"global_clipnorm={config.clip_norm!r}"] * bool(config.clip_norm)
    metrics = ['"accuracy"']
    if logits:
        loss = "smoothed_loss" if smoothing else "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
        entropy = f'keras.metrics.SparseCategoricalCrossentropy(name="{CROSS_ENTROPY}", from_logits=True)'
    else:
        loss = f"keras.losses.BinaryCrossentropy({f'label_smoothing={smoothing!r}' * bool(smoothing)})"
        entropy = f'keras.metrics.BinaryCrossentropy(name="{CROSS_ENTROPY}")'
    metrics += [entropy] * bool(smoothing)  # the loss of the labels as they are
    return [
        "model.compile(",
        f"    optimizer=keras.optimizers.Adam({', '.join(options)}),",
        f"    loss={loss},",
        f"    metrics=[{', '.join(metrics)}],",
        ")",
    ]


def write_smoothed_loss(config: TrainConfig) -> list[str]:
    """Return the lines that define `smoothed_loss`, which only model1 needs: Keras' own loss has no label smoothing."""
    if not (config.label_smoothing and get_spec(config.model).logits):
        return []
    return [
        "def smoothed_loss(labels, logits):",
        '    """Return the cross-entropy with smoothed labels, which Keras\' loss for whole-number labels lacks."""',
        '    targets = keras.ops.one_hot(keras.ops.cast(labels[:, 0], "int32"), 2)',
        "    return keras.losses.categorical_crossentropy(",
        f"        targets, logits, from_logits=True, label_smoothing={config.label_smoothing!r}",
        "    )",
        "",
        "",
    ]
