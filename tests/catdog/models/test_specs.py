"""The four models: what Keras builds is what the notebook's table says, and so are the figures in MODELS."""

from pathlib import Path

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.errors import UsageError, WeightsError
from catdog.models import networks
from catdog.models.specs import MODELS, build_model, compile_model, get_spec

NAMES = ("model1", "model2", "model3", "model4")

CONV, POOL = "Conv2D 32 (3, 3) valid relu strides (1, 1)", "MaxPooling2D (2, 2)"
HIDDEN = ["Flatten", "Dense 2048 relu"]
SCALE = "Rescaling to -1..1"
PROBABILITY = "Dense 1 sigmoid"
LAYERS = {
    "model1": [CONV, POOL, CONV, CONV, POOL, CONV, CONV, POOL, *HIDDEN, "Dropout 0.5", "Dense 2 linear"],
    "model2": [
        *("RandomFlip horizontal_and_vertical", "RandomRotation 0.25"),
        *(CONV, CONV, POOL, CONV, CONV, POOL, CONV, CONV, POOL),
        *(*HIDDEN, "Dropout 0.5", PROBABILITY),
    ],
    "model3": [
        *(SCALE, "RandomFlip horizontal", "RandomRotation 0.25"),
        *(CONV, POOL, CONV, POOL, CONV, POOL),
        *(*HIDDEN, "Dropout 0.75", PROBABILITY),
    ],
    "model4": [
        *(SCALE, "RandomFlip horizontal_and_vertical", "RandomRotation 0.2"),
        *("Functional mobilenetv2_1.00_160", "GlobalAveragePooling2D", "Dropout 0.4", PROBABILITY),
    ],
}
PARAMETERS = {"model1": 16_821_250, "model2": 16_828_449, "model3": 21_257_153, "model4": 2_259_265}
LOSSES = dict.fromkeys(NAMES, "BinaryCrossentropy") | {"model1": "SparseCategoricalCrossentropy"}
GOALS = {"model1": (0.50, 0.52), "model2": (0.55, None), "model3": (0.70, None), "model4": (0.95, None)}
PUBLISHED = {  # best validation accuracy, best training accuracy, test accuracy, test loss
    "model1": (0.64, 0.99, None, None),
    "model2": (0.67, 0.668, None, None),
    "model3": (0.75, 0.758, None, None),
    "model4": (0.97, 0.92, 0.9896, 0.0552),
}


@pytest.fixture(scope="module")
def models() -> dict:
    """All four, built once and compiled; model4 with random weights."""
    built = {name: build_model(name, seed=1) for name in NAMES}
    for name, model in built.items():
        compile_model(model, name)
        model.run_eagerly = True  # tracing a graph takes longer than the few images
    return built


@pytest.fixture(scope="module")
def outputs(models: dict, images: np.ndarray) -> dict:
    """What each of the four gives for the first two images."""
    return {name: model(images[:2], training=False) for name, model in models.items()}


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Four noisy images, float32 (4, 160, 160, 3), pixels 0..255."""
    return np.random.default_rng(0).uniform(0, 255, (4, 160, 160, 3)).astype(np.float32)


def describe(layer) -> str:
    """Return the kind of a layer and the settings that the table gives, as one string."""
    kind = type(layer).__name__
    settings = {
        "Conv2D": lambda: [
            layer.filters,
            layer.kernel_size,
            layer.padding,
            layer.activation.__name__,
            "strides",
            layer.strides,
        ],
        "MaxPooling2D": lambda: [layer.pool_size],
        "Dense": lambda: [layer.units, layer.activation.__name__],
        "Dropout": lambda: [layer.rate],
        "RandomFlip": lambda: [layer.mode],
        "RandomRotation": lambda: [layer.factor[1]],
        "Rescaling": lambda: [f"to {layer.offset:g}..{255 * layer.scale + layer.offset:g}"],
        "Functional": lambda: [layer.name],
    }.get(kind, list)()
    return " ".join(map(str, [kind, *settings]))


@pytest.mark.parametrize("name", NAMES)
def test_the_layers_are_those_of_the_table_in_order(models: dict, name: str) -> None:
    first, *layers = models[name].layers
    assert (type(first).__name__, first.batch_shape) == ("InputLayer", (None, 160, 160, 3))
    assert [describe(layer) for layer in layers] == LAYERS[name]


@pytest.mark.parametrize("name", NAMES)
def test_parameter_counts_are_those_of_the_table_and_of_keras(models: dict, name: str) -> None:
    model, spec = models[name], MODELS[name]
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert model.count_params() == spec.parameters == PARAMETERS[name]
    assert trainable == spec.trainable_parameters == (1281 if name == "model4" else PARAMETERS[name])


@pytest.mark.parametrize("name", NAMES)
def test_goals_losses_and_published_scores_are_those_of_the_notebook(name: str) -> None:
    spec, published = MODELS[name], MODELS[name].published
    assert spec.name == name
    assert (spec.goal, spec.aim) == GOALS[name]
    assert spec.loss == LOSSES[name]
    assert PUBLISHED[name] == (
        published.best_val_accuracy,
        published.best_accuracy,
        published.test_accuracy,
        published.test_loss,
    )


def test_only_model4_needs_a_backbone_and_only_model1_gives_logits() -> None:
    assert [name for name in MODELS if MODELS[name].backbone] == ["model4"]
    assert [name for name in MODELS if MODELS[name].logits] == ["model1"]


def test_the_models_follow_the_steps_of_the_notebook() -> None:
    steps = ["First CNN", "Augmentation", "Preprocessing", "Transfer learning"]
    assert [spec.step for spec in MODELS.values()] == steps


def test_an_unknown_model_is_refused_with_the_four_that_exist() -> None:
    with pytest.raises(UsageError) as error:
        get_spec("model5")
    assert all(name in str(error.value) for name in ("model5", *NAMES))
    with pytest.raises(UsageError):
        build_model("model5")


@pytest.mark.parametrize("name", NAMES)
def test_the_loss_that_is_compiled_is_the_one_named(models: dict, outputs: dict, images: np.ndarray, name: str) -> None:
    """Keras's own figure for two images must be what the formula gives for its answers."""
    model, labels = models[name], np.array([0, 1])
    assert type(model.loss).__name__ == MODELS[name].loss
    answers = np.asarray(outputs[name]).astype(np.float64)
    if MODELS[name].logits:
        odds = np.exp(answers - answers.max(axis=1, keepdims=True))
        probability = odds[:, 1] / odds.sum(axis=1)
    else:
        probability = answers[:, 0]
    probability = np.clip(probability, 1e-7, 1 - 1e-7)
    expected = -np.mean(np.log(np.where(labels == 1, probability, 1 - probability)))
    scores = model.test_on_batch(images[:2], labels, return_dict=True)
    assert scores["loss"] == pytest.approx(expected, rel=1e-3, abs=1e-4)
    assert scores["accuracy"] == pytest.approx(np.mean((probability > 0.5) == (labels == 1)))


def test_adam_gets_the_learning_rate_that_is_given(models: dict) -> None:
    import keras

    model = keras.Model(models["model1"].input, models["model1"].output)
    compile_model(model, "model1", learning_rate=0.02)
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)
    assert float(models["model4"].optimizer.learning_rate) == pytest.approx(0.001)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_gives_a_single_tensor(outputs: dict, name: str) -> None:
    output = outputs[name]
    assert not isinstance(output, list)
    assert tuple(output.shape) == ((2, 2) if MODELS[name].logits else (2, 1))
    if not MODELS[name].logits:
        assert 0 <= np.asarray(output).min() <= np.asarray(output).max() <= 1


def test_training_model4_changes_its_head_and_never_its_backbone(models: dict, images: np.ndarray) -> None:
    model = models["model4"]
    backbone, head = model.get_layer("mobilenetv2_1.00_160"), model.get_layer("probability")
    frozen, free = backbone.get_weights(), head.get_weights()
    model.train_on_batch(images, np.array([0, 1, 0, 1]))
    np.testing.assert_equal(frozen, backbone.get_weights())
    assert not np.array_equal(free[0], head.get_weights()[0])
    head.set_weights(free)


def test_augmentation_acts_in_training_only(models: dict, images: np.ndarray) -> None:
    import keras

    model = models["model2"]
    first = keras.Model(model.input, model.get_layer("rotation").output)
    np.testing.assert_array_equal(np.asarray(first(images, training=False)), images)
    assert not np.array_equal(np.asarray(first(images, training=True)), images)


@pytest.fixture(scope="module")
def weights(models: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the weights of model4's backbone."""
    path = tmp_path_factory.mktemp("backbone") / "mobilenet.weights.h5"
    models["model4"].get_layer("mobilenetv2_1.00_160").save_weights(path)
    return path


@pytest.fixture(scope="module")
def rotated(weights: Path):
    """A model4 with those weights, another seed, and an augmentation that is not its own."""
    return build_model("model4", weights=weights, augmentation=Augmentation(rotation=0.1), seed=7)


def test_another_augmentation_replaces_the_models_own(rotated) -> None:
    assert [describe(layer) for layer in rotated.layers[1:4]] == [
        SCALE,
        "RandomRotation 0.1",
        "Functional mobilenetv2_1.00_160",
    ]
    assert describe(build_model("model1", augmentation=Augmentation("vertical")).layers[1]) == "RandomFlip vertical"


@pytest.fixture
def _few_neurons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that are built now have fewer weights."""
    monkeypatch.setattr(networks, "HIDDEN", 64)


@pytest.mark.usefixtures("_few_neurons")
def test_weights_fit_the_same_model_without_augmentation(images: np.ndarray) -> None:
    augmented, plain = build_model("model3", seed=1), build_model("model3", augmentation=Augmentation())
    assert not {"flip", "rotation"} & {layer.name for layer in plain.layers}
    plain.set_weights(augmented.get_weights())
    expected = np.asarray(augmented(images, training=False))
    np.testing.assert_allclose(np.asarray(plain(images, training=False)), expected, atol=1e-6)


@pytest.mark.usefixtures("_few_neurons")
def test_the_same_seed_gives_the_same_start_and_another_seed_another() -> None:
    first, again, another = (build_model("model1", seed=seed).get_weights() for seed in (1, 1, 2))
    np.testing.assert_equal(first, again)
    assert not np.array_equal(first[0], another[0])


@pytest.mark.usefixtures("_few_neurons")
def test_the_same_seed_repeats_dropout_and_augmentation(images: np.ndarray) -> None:
    first, again = (build_model("model3", seed=5) for _ in range(2))
    outputs = [np.asarray(model(images, training=True)) for model in (first, again, again)]
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-4)
    assert not np.allclose(outputs[1], outputs[2], rtol=1e-4), "the second pass must draw anew"


def test_the_backbone_takes_its_weights_from_the_file(models: dict, rotated) -> None:
    donor, backbone = (model.get_layer("mobilenetv2_1.00_160") for model in (models["model4"], rotated))
    np.testing.assert_equal(donor.get_weights(), backbone.get_weights())
    assert not backbone.trainable_weights


def test_a_file_that_does_not_fit_the_backbone_is_named_in_the_error(
    models: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, backbone = tmp_path / "weights.h5", models["model4"].get_layer("mobilenetv2_1.00_160")
    path.write_bytes(b"this is no weights file")
    monkeypatch.setattr("keras.applications.MobileNetV2", lambda **_: backbone)  # which is built already
    with pytest.raises(WeightsError, match=str(path)):
        build_model("model4", weights=path)
