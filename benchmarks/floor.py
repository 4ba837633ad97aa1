"""How fast an epoch could be at best: python -m benchmarks.floor [--models model1 …] [--steps 20] [--json].

For each model on batches of 32: the same training step on images that lie in memory as floats, with no input
pipeline, no augmentation, no checkpoint and no reports; and the time that its multiplications and additions alone would
take at the rate that this processor reaches with a large matrix product of the same kind of numbers. An epoch is that
of the photo set: 2,000 training and 808 validation images.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.measure import median_seconds
from catdog.models.specs import MODELS
from catdog.settings import PROJECT

if TYPE_CHECKING:
    import keras

BATCH, TRAINING, VALIDATION = 32, 2000, 808
SIDE = 2048  # rows and columns of the matrices
WARM_UP = 2  # calls
STEPS = 20
KEYS = {
    *("model", "numbers", "step_ms", "epoch_from_memory_s", "multiply_adds_an_image_millions"),
    *("matrix_rate_billions_a_second", "epoch_of_sums_alone_s"),
}


def main() -> None:
    """Measure and print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure_here(options.models[0], options.steps)))
        return
    rows = [measure_floor(model, options.steps) for model in options.models]
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in row.items()))


def measure_floor(model: str, steps: int = STEPS) -> dict:
    """Measure the floor of one model in a process of its own, since TensorFlow sets the number format once a process.

    Args:
        model: "model1" to "model4".
        steps: Training steps, whose times give a median.

    Returns:
        The values of KEYS.
    """
    command = [sys.executable, "-m", "benchmarks.floor", "--here", "--models", model, "--steps", str(steps)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure_here(name: str, steps: int) -> dict:
    """Measure the floor of one model in this process; see `measure_floor`."""
    import numpy as np

    from catdog.augmentation.config import Augmentation
    from catdog.models.specs import build_model, compile_model, get_spec
    from catdog.training import TrainConfig
    from catdog.training.acceleration import (
        BFLOAT16,
        get_fused_adam,
        list_arithmetic_speedups,
        strip_augmentation,
        use_fast_arithmetic,
    )

    config = TrainConfig(name)
    model = build_model(name, augmentation=Augmentation(), seed=1)
    compile_model(model, name, adam=get_fused_adam())
    trained = model if get_spec(name).backbone else strip_augmentation(model, name)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH, 160, 160, 3)).astype(np.float32)
    labels = (np.arange(BATCH) % 2)[:, np.newaxis].astype(np.float32)
    bfloat16 = BFLOAT16 in list_arithmetic_speedups(config)
    with use_fast_arithmetic(config):
        step = median_seconds(lambda: trained.train_on_batch(images, labels), steps, WARM_UP)
        validation_step = median_seconds(lambda: trained.test_on_batch(images, labels), steps, WARM_UP)
        rate = _measure_matrix_rate(bfloat16)
    forward, backward = count_multiply_adds(model)
    epoch = (step * TRAINING + validation_step * VALIDATION) / BATCH
    multiply_adds = (forward + backward) * TRAINING + forward * VALIDATION
    return {
        "model": name,
        "numbers": "bfloat16" if bfloat16 else "float32",
        "step_ms": round(1000 * step, 1),
        "epoch_from_memory_s": round(epoch, 2),
        "multiply_adds_an_image_millions": round(forward / 1e6, 1),
        "matrix_rate_billions_a_second": round(rate / 1e9, 1),
        "epoch_of_sums_alone_s": round(multiply_adds / rate, 2),
    }


def count_multiply_adds(model: "keras.Model") -> tuple[int, int]:
    """Return the multiply-adds of one image's forward pass through a model, and of its backward pass.

    The backward pass computes the gradients of each trainable layer's weights and of its input, except for the input of
    the first one.
    """
    counts = [(_count_of_layer(layer), layer.trainable) for layer in _list_kernel_layers(model)]
    trainable = [count for count, is_trainable in counts if is_trainable]
    return sum(count for count, _ in counts), 2 * sum(trainable) - trainable[0]


def _list_kernel_layers(model: "keras.Model") -> "Iterator[keras.Layer]":
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _list_kernel_layers(layer)
        elif hasattr(layer, "kernel"):
            yield layer


def _count_of_layer(layer: "keras.Layer") -> int:
    positions = layer.output.shape[1:-1]  # none in a dense layer
    return math.prod(positions) * math.prod(layer.kernel.shape)


def _measure_matrix_rate(bfloat16: bool) -> float:
    """Return multiply-adds a second of a matrix product in float32 or bfloat16."""
    import tensorflow as tf

    matrix = tf.cast(tf.random.normal((SIDE, SIDE)), tf.bfloat16 if bfloat16 else tf.float32)
    product = tf.function(tf.matmul)
    return SIDE**3 / median_seconds(lambda: product(matrix, matrix).numpy(), 10, WARM_UP)


if __name__ == "__main__":
    main()
