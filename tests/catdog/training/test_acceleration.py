"""Faster arithmetic: it says what it does, trains the same way, and leaves nothing switched on."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.models import networks
from catdog.models.specs import build_model, compile_model
from catdog.training import TrainConfig, acceleration
from catdog.training.acceleration import (
    BFLOAT16,
    FUSED_ADAM,
    get_fused_adam,
    list_arithmetic_speedups,
    processor_has_bfloat16,
    strip_augmentation,
    use_fast_arithmetic,
)

if TYPE_CHECKING:
    import keras

REWRITE = "auto_mixed_precision_onednn_bfloat16"


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "processor_has_bfloat16", lambda: True)


def rewrites() -> bool:
    import tensorflow as tf

    return bool(tf.config.optimizer.get_experimental_options().get(REWRITE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\n", True),
        ("flags : fpu amx_bf16\n", True),
        ("flags : fpu avx512f\n", False),
        ("model name : avx512_bf16\n", False),
        ("", False),
    ],
)
def test_the_processors_flags_decide_on_bfloat16(tmp_path: Path, text: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(text)
    assert processor_has_bfloat16(cpuinfo) is expected


def test_without_a_list_of_flags_bfloat16_is_not_used(tmp_path: Path) -> None:
    assert processor_has_bfloat16(tmp_path / "missing") is False


def test_bfloat16_is_on_within_the_context_only(bfloat16: None) -> None:
    for name in ("model1", "model2", "model3"):
        assert list_arithmetic_speedups(TrainConfig(name)) == [BFLOAT16, FUSED_ADAM]
    with use_fast_arithmetic(TrainConfig("model3")):
        assert rewrites()
    assert not rewrites()


def test_bfloat16_is_off_again_after_a_failure(bfloat16: None) -> None:
    with pytest.raises(RuntimeError), use_fast_arithmetic(TrainConfig("model3")):
        raise RuntimeError
    assert not rewrites()


def test_model4_never_uses_bfloat16(bfloat16: None) -> None:
    assert list_arithmetic_speedups(TrainConfig("model4")) == [FUSED_ADAM]
    with use_fast_arithmetic(TrainConfig("model4")):
        assert not rewrites()


def test_an_exact_run_computes_nothing_faster(bfloat16: None) -> None:
    assert list_arithmetic_speedups(TrainConfig("model1", exact=True)) == []
    with use_fast_arithmetic(TrainConfig("model1", exact=True)):
        assert not rewrites()


def test_without_bfloat16_only_the_fused_update_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "processor_has_bfloat16", lambda: False)
    assert list_arithmetic_speedups(TrainConfig("model1")) == [FUSED_ADAM]


def train_small_model(adam: "type[keras.optimizers.Adam] | None", **helps: float) -> "keras.Model":
    import keras

    """Return a model of a few weights after three epochs with this optimizer."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1, "sigmoid")])
    compile_model(model, "model3", 0.01, adam, **helps)
    model.run_eagerly = adam is None  # what it is compared with needs no graph
    model.optimizer.build(model.trainable_variables)  # as in a training, so that there is one graph
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 6)).astype("float32"), rng.integers(0, 2, (64, 1))
    model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
    return model


@pytest.fixture(scope="module")
def fused_model() -> "keras.Model":
    return train_small_model(get_fused_adam())


def test_the_fused_update_gives_kerass_weights(fused_model: "keras.Model") -> None:
    plain_model = train_small_model(None)
    for fused, plain in zip(fused_model.get_weights(), plain_model.get_weights(), strict=True):
        np.testing.assert_allclose(fused, plain, atol=1e-6)


def test_the_fused_update_decays_and_clips_as_keras_does(fused_model: "keras.Model") -> None:
    helps = {"weight_decay": 0.5, "clip_norm": 0.01}
    fused, plain = train_small_model(get_fused_adam(), **helps), train_small_model(None, **helps)
    for value, expected, without in zip(
        fused.get_weights(), plain.get_weights(), fused_model.get_weights(), strict=True
    ):
        np.testing.assert_allclose(value, expected, atol=1e-6)
        assert not np.allclose(value, without, atol=1e-4)


def test_a_saved_model_keeps_its_fused_optimizer(fused_model: "keras.Model", tmp_path: Path) -> None:
    import keras

    fused_model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is get_fused_adam()
    assert int(loaded.optimizer.iterations) == 12
    for saved, restored in zip(fused_model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(saved.numpy(), restored.numpy())


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Four images of noise, float32 (4, 160, 160, 3)."""
    return np.random.default_rng(2).integers(0, 256, (4, 160, 160, 3)).astype(np.float32)


@pytest.fixture(scope="module", params=["model1", "model3"])  # without and with a layer before the augmentation
def model(request: pytest.FixtureRequest) -> "keras.Model":
    import keras

    """A compiled model with augmentation and few neurons, without dropout, which is random; tests may train it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "HIDDEN", 64)
        model = build_model(request.param, augmentation=Augmentation("horizontal", 0.2, 0.1, 0.1, 0.1, 0.1), seed=1)
    next(layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)).rate = 0
    compile_model(model, request.param, 0.001)
    return model


def test_without_augmentation_layers_the_model_predicts_alike(model: "keras.Model", images: np.ndarray) -> None:
    stripped = strip_augmentation(model, model.name)
    expected = np.asarray(model(images, training=False))
    for training in (False, True):  # also in training it leaves images as they are
        np.testing.assert_allclose(stripped(images, training=training), expected, rtol=1e-5, atol=1e-5)


def test_without_augmentation_layers_gradients_are_the_same(model: "keras.Model", images: np.ndarray) -> None:
    import tensorflow as tf

    def gradients_of(network: "keras.Model") -> list[np.ndarray]:
        with tf.GradientTape() as tape:
            # small pixels keep model1's outputs off the flat ends of the sigmoid
            loss = tf.reduce_sum(tf.square(network(images / 255, training=network is not model)))
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        return [np.asarray(gradient) for gradient in gradients]

    actual, expected = gradients_of(strip_augmentation(model, model.name)), gradients_of(model)
    assert all(np.abs(gradient).max() > 0 for gradient in expected)
    for stripped, plain in zip(actual, expected, strict=True):
        np.testing.assert_allclose(stripped, plain, rtol=1e-3, atol=1e-5 * np.abs(plain).max())


def test_training_without_augmentation_layers_trains_the_model(model: "keras.Model", images: np.ndarray) -> None:
    stripped = strip_augmentation(model, model.name)
    stripped.run_eagerly = True  # a graph would take longer than the step
    weights, steps = model.get_weights(), int(model.optimizer.iterations)
    stripped.train_on_batch(images, np.arange(len(images))[:, np.newaxis] % 2)
    trained = model.get_weights()
    assert not any(np.array_equal(a, b) for a, b in zip(weights, trained, strict=True) if a.ndim == 4)
    assert int(model.optimizer.iterations) == steps + 1
    assert stripped.loss is model.loss
    assert stripped.count_params() == model.count_params()
