"""The floor under an epoch: python -m benchmarks.floor [--models model1 …] [--steps 20] [--json]

For each model on batches of 32: the same training step on pictures that lie in memory as floats, with no input
pipeline, no augmentation, no checkpoint and no reports; and the time that its multiplications and additions alone would
take at the rate that this processor reaches with a large matrix product of the same kind of numbers. An epoch is that
of the photo set: 2,000 training and 808 validation pictures.
"""

import argparse
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.timing import median_seconds
from catdog.models import MODELS
from catdog.settings import PROJECT

if TYPE_CHECKING:
    import keras

BATCH, TRAINING, VALIDATION = 32, 2000, 808
SIDE = 2048  # rows and columns of the matrices
WARM_UP = 2  # calls


def main() -> None:
    """Measure and print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["model1", "model2", "model3"], choices=list(MODELS)[:3])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.models[0], options.steps)))
        return
    rows = []
    for model in options.models:  # each in a process of its own, since the kind of numbers is TensorFlow's for good
        command = [sys.executable, "-m", "benchmarks.floor", "--here", "--models", model, "--steps", str(options.steps)]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"}
        done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in row.items()))


def measure(name: str, steps: int) -> dict:
    """Return the floor of one model; times are medians."""
    import numpy as np

    from catdog.augment import Augmentation
    from catdog.models import build, compile_model
    from catdog.training import TrainConfig
    from catdog.training.arithmetic import BFLOAT16, fast_arithmetic, faster_arithmetic, fused_adam

    config = TrainConfig(name)
    model = build(name, augmentation=Augmentation(), seed=1)
    compile_model(model, name, adam=fused_adam())
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (BATCH, 160, 160, 3)).astype(np.float32)
    labels = (np.arange(BATCH) % 2)[:, np.newaxis].astype(np.float32)
    short = BFLOAT16 in faster_arithmetic(config)
    with fast_arithmetic(config):
        step = median_seconds(lambda: model.train_on_batch(pictures, labels), steps, WARM_UP)
        look = median_seconds(lambda: model.test_on_batch(pictures, labels), steps, WARM_UP)
        rate = _matrix_rate(short)
    forward, backward = multiply_adds(model)
    epoch = (step * TRAINING + look * VALIDATION) / BATCH
    sums = (forward + backward) * TRAINING + forward * VALIDATION
    return {
        "model": name,
        "numbers": "bfloat16" if short else "float32",
        "step_ms": round(1000 * step, 1),
        "epoch_from_memory_s": round(epoch, 2),
        "multiply_adds_a_picture_millions": round(forward / 1e6, 1),
        "matrix_rate_billions_a_second": round(rate / 1e9, 1),
        "epoch_of_sums_alone_s": round(sums / rate, 2),
    }


def multiply_adds(model: "keras.Model") -> tuple[int, int]:
    """Return the multiply-adds of one picture's way forward through the model, and of its way back.

    The way back goes through each layer twice, for its weights and for its input, but the first needs no input's.
    """
    counts = []
    for layer in model.layers:
        if layer.weights:
            kernel = layer.weights[0].shape
            places = 1
            for side in layer.output.shape[1:-1]:  # none of a dense layer
                places *= side
            count = places
            for side in kernel:
                count *= side
            counts.append(count)
    return sum(counts), 2 * sum(counts) - counts[0]


def _matrix_rate(short: bool) -> float:
    """Return multiply-adds a second of a matrix product in float32, or bfloat16 if `short`."""
    import tensorflow as tf

    one = tf.cast(tf.random.normal((SIDE, SIDE)), tf.bfloat16 if short else tf.float32)
    product = tf.function(tf.matmul)
    return SIDE**3 / median_seconds(lambda: product(one, one).numpy(), 10, WARM_UP)


if __name__ == "__main__":
    main()
