"""MobileNetV2 with random weights, built once for the tests that only store what it has."""

import pytest


@pytest.fixture(scope="session")
def network():
    """MobileNetV2 without top, its last 30 layers trainable, as in the wheel that is really used; do not change it."""
    import keras

    keras.utils.set_random_seed(0)
    network = keras.applications.MobileNetV2(input_shape=(160, 160, 3), include_top=False, weights=None)
    for layer in network.layers[:124]:
        layer.trainable = False
    return network
