"""Train as the notebook does, in as plain code: python -m benchmarks.notebook MODEL PHOTOS EPOCHS SEED.

PHOTOS is a folder with train/ and validation/. Prints one line of JSON with accuracies and seconds by epoch. As in the
notebook, a fifth of the validation batches is held back for a test, from a dataset that is shuffled anew at every pass,
so each epoch is validated on other photos.
"""

import itertools
import json
import sys
import time


def main() -> None:
    """Train one model and print its history."""
    name, photos, epochs, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    import keras
    import tensorflow as tf

    from catdog.models.mobilenet import find_weights
    from catdog.models.specs import build_model, compile_model, get_spec
    from catdog.settings import Settings

    keras.utils.set_random_seed(seed)
    options = {"batch_size": 32, "image_size": (160, 160), "shuffle": True, "seed": seed}
    train = keras.utils.image_dataset_from_directory(f"{photos}/train", **options)
    validation = keras.utils.image_dataset_from_directory(f"{photos}/validation", **options)
    held_back = validation.cardinality() // 5
    validation = validation.skip(held_back)
    train, validation = train.prefetch(tf.data.AUTOTUNE), validation.prefetch(tf.data.AUTOTUNE)
    weights = find_weights(Settings.from_environment()).path if get_spec(name).backbone else None
    model = build_model(name, weights=weights, seed=seed)
    compile_model(model, name)
    times = [time.monotonic()]
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: times.append(time.monotonic()))
    history = model.fit(train, validation_data=validation, epochs=epochs, verbose=0, callbacks=[clock]).history
    seconds = [end - start for start, end in itertools.pairwise(times)]
    print(json.dumps({"seconds": seconds, **{key: history[key] for key in ("accuracy", "val_accuracy")}}))


if __name__ == "__main__":
    main()
