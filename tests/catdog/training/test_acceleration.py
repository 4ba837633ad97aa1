"""Faster arithmetic: it says what it does, trains the same way, and leaves nothing switched on."""

from pathlib import Path

import numpy as np
import pytest

from catdog.models.specs import build_model, compile_model
from catdog.training import TrainConfig, acceleration
from catdog.training.acceleration import (
    BFLOAT16,
    FUSED_ADAM,
    fast_arithmetic,
    faster_arithmetic,
    fused_adam,
    processor_has_bfloat16,
)

REWRITE = "auto_mixed_precision_onednn_bfloat16"


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "processor_has_bfloat16", lambda: True)


def rewrites() -> bool:
    import tensorflow as tf

    return bool(tf.config.optimizer.get_experimental_options().get(REWRITE))


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\n", True),
        ("flags : fpu amx_bf16\n", True),
        ("flags : fpu avx512f\n", False),
        ("model name : avx512_bf16\n", False),
        ("", False),
    ],
)
def test_the_processors_own_word_decides_on_bfloat16(tmp_path: Path, text: str, has: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(text)
    assert processor_has_bfloat16(cpuinfo) is has


def test_where_the_system_does_not_say_bfloat16_is_not_used(tmp_path: Path) -> None:
    assert processor_has_bfloat16(tmp_path / "missing") is False


def test_bfloat16_is_on_within_the_context_only(bfloat16: None) -> None:
    for name in ("model1", "model2", "model3"):
        assert faster_arithmetic(TrainConfig(name)) == [BFLOAT16, FUSED_ADAM]
    with fast_arithmetic(TrainConfig("model3")):
        assert rewrites()
    assert not rewrites()


def test_bfloat16_is_off_again_after_a_failure(bfloat16: None) -> None:
    with pytest.raises(RuntimeError), fast_arithmetic(TrainConfig("model3")):
        raise RuntimeError
    assert not rewrites()


def test_model4_never_uses_bfloat16(bfloat16: None) -> None:
    assert faster_arithmetic(TrainConfig("model4")) == [FUSED_ADAM]
    with fast_arithmetic(TrainConfig("model4")):
        assert not rewrites()


def test_an_exact_run_does_nothing_another_way(bfloat16: None) -> None:
    assert faster_arithmetic(TrainConfig("model1", exact=True)) == []
    with fast_arithmetic(TrainConfig("model1", exact=True)):
        assert not rewrites()


def test_without_bfloat16_in_the_processor_only_the_fused_update_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "processor_has_bfloat16", lambda: False)
    assert faster_arithmetic(TrainConfig("model1")) == [FUSED_ADAM]


def test_the_fused_update_gives_the_weights_that_keras_gives() -> None:
    import keras

    def trained(adam: "type[keras.optimizers.Adam] | None") -> list[np.ndarray]:
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1, "sigmoid")])
        compile_model(model, "model3", 0.01, adam)
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(64, 6)).astype("float32"), rng.integers(0, 2, (64, 1))
        model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
        return model.get_weights()

    for fused, plain in zip(trained(fused_adam()), trained(None), strict=True):
        np.testing.assert_allclose(fused, plain, atol=1e-6)


def test_a_model_with_the_fused_update_goes_on_where_it_was_saved(tmp_path: Path) -> None:
    import keras

    model = build_model("model4", seed=1)
    compile_model(model, "model4", 0.005, fused_adam())
    pictures, labels = np.zeros((4, 160, 160, 3), "float32"), np.array([[0], [1], [0], [1]])
    model.fit(pictures, labels, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.optimizer) is fused_adam()
    assert int(again.optimizer.iterations) == 1
    for before, after in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
