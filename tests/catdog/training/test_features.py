"""Stored features of model4's frozen backbone: the same network, computed once, and the same model trained."""

from pathlib import Path

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.datasets import TRAINING, VALIDATION, Dataset, open_dataset
from catdog.features import backbone
from catdog.features.shared import SharedFeatures
from catdog.inference.predictor import Predictor
from catdog.models.litert import convert_to_litert
from catdog.models.specs import MODELS, build_model, compile_model
from catdog.settings import Settings
from catdog.training import RunFolder, features
from catdog.training.checkpoint import load_checkpoint, save_checkpoint
from catdog.training.features import (
    VARIANTS,
    Features,
    build_head,
    compute_features,
    describe_features,
    make_feature_batches,
)
from catdog.training.history import Epoch
from catdog.training.reporter import Reporter, StopRequested

GAIN = 4.0
WIDTH = 12
TURNED = MODELS["model4"].augmentation


def build_small_model(seed: int):
    """A compiled network with model4's layers around a small frozen backbone of random weights."""
    import keras

    keras.utils.set_random_seed(seed)
    images = keras.Input((160, 160, 3))
    backbone = keras.Sequential(
        [
            keras.Input((160, 160, 3)),
            keras.layers.Conv2D(WIDTH, 5, strides=16, activation="relu"),
            keras.layers.BatchNormalization(),
        ],
        name="mobilenetv2_small",
    )
    backbone.trainable = False
    x = backbone(keras.layers.Rescaling(1 / 127.5, offset=-1, name="scale")(images), training=False)
    x = keras.layers.GlobalAveragePooling2D(name="features")(x)
    x = keras.layers.Dropout(0.4, name="dropout")(x)
    model = keras.Model(images, keras.layers.Dense(1, activation="sigmoid", name="probability")(x))
    compile_model(model, "model4", 0.01)
    model.optimizer.build(model.trainable_variables)  # as in a training
    return model


@pytest.fixture(scope="module")
def model():
    """A small model4, which tests may train: its backbone stays."""
    return build_small_model(4)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Dataset:
    home = tmp_path_factory.mktemp("features")
    return open_dataset(Settings(home=home, photos_url="file:///nowhere"), str(picture_folder))


@pytest.fixture
def reporter(tmp_path: Path) -> Reporter:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    return Reporter(folder, epochs=1)


def compute(
    model,
    dataset: Dataset,
    reporter: Reporter,
    seed: int = 1,
    augmentation: Augmentation = TURNED,
    shared: SharedFeatures | None = None,
) -> Features:
    """Return the features of all validation images and of six for training."""
    rows = dataset.catalog.indices(TRAINING)[:6]
    cache = reporter.folder.path / "cache"
    return compute_features(model, dataset, rows, augmentation, seed, reporter, cache, shared=shared)


@pytest.mark.slow
def test_features_are_those_of_the_real_network(dataset, reporter) -> None:
    import keras

    model = build_model("model4", seed=4)
    (backbone,) = (layer for layer in model.layers if layer.name.startswith("mobilenetv2"))
    for layer in backbone.layers:
        if type(layer).__name__ == "BatchNormalization":  # random weights alone give features that are all but zero
            layer.gamma.assign(np.full(layer.gamma.shape, GAIN, np.float32))
    computed = compute(model, dataset, reporter, augmentation=Augmentation())
    assert computed.training.shape == (1, 6, 1280)
    network = keras.Model(model.input, model.get_layer("features").output)
    for rows, actual in (
        (dataset.catalog.indices(VALIDATION), computed.validation),
        (dataset.catalog.indices(TRAINING)[:6], computed.training[0]),
    ):
        expected = network(dataset.pixels[rows].astype(np.float32), training=False).numpy()
        assert expected.max() > 0.1
        np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)


def test_the_seed_decides_the_variants_and_each_differs(model, dataset, reporter) -> None:
    first, again, other_seed = (compute(model, dataset, reporter, seed).training for seed in (1, 1, 2))
    assert first.shape == (VARIANTS, 6, WIDTH)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other_seed)
    assert len({variant.tobytes() for variant in first}) == VARIANTS


def test_without_augmentation_each_image_has_one_variant(model, dataset, reporter) -> None:
    assert compute(model, dataset, reporter, augmentation=Augmentation()).training.shape == (1, 6, WIDTH)
    assert describe_features(Augmentation()) == "features of the frozen backbone stored for each image"


def share(model, dataset: Dataset, folder: Path) -> SharedFeatures:
    """The features of all images as they are, and the file that computes them."""
    extractor = backbone.convert_backbone(model, folder)
    return SharedFeatures(Predictor(extractor).outputs(dataset.pixels[:]), extractor)


def test_images_that_nothing_is_done_to_are_not_computed_again(model, dataset, reporter, tmp_path, monkeypatch) -> None:
    alone = compute(model, dataset, reporter, augmentation=Augmentation())
    shared = share(model, dataset, tmp_path)
    monkeypatch.setattr(features, "parallel_outputs", lambda *_: pytest.fail("something was computed"))
    computed = compute(model, dataset, reporter, augmentation=Augmentation(), shared=shared)
    np.testing.assert_array_equal(computed.training, alone.training)
    np.testing.assert_array_equal(computed.validation, alone.validation)


def test_of_augmented_images_the_variants_alone_are_computed(model, dataset, reporter, tmp_path, monkeypatch) -> None:
    alone, shared = compute(model, dataset, reporter), share(model, dataset, tmp_path)
    totals = []
    monkeypatch.setattr(reporter, "say", lambda done, total, what: totals.append(total))
    computed = compute(model, dataset, reporter, shared=shared)
    np.testing.assert_array_equal(computed.training, alone.training)
    np.testing.assert_array_equal(computed.validation, alone.validation)
    assert set(totals) == {VARIANTS * 6}


def test_training_the_head_trains_the_whole_model(model) -> None:
    head = build_head(model)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (32, 1))
    inputs = (rng.normal(size=(32, WIDTH)) + labels).astype(np.float32)
    weights, steps = model.get_weights(), int(model.optimizer.iterations)
    head.fit(inputs, labels, epochs=2, verbose=0)
    changed = [not np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True)]
    assert changed == [False] * (len(weights) - 2) + [True, True]
    assert int(model.optimizer.iterations) == steps + 2


def test_a_pass_has_every_image_once_in_one_of_its_variants() -> None:
    variants, count = 3, 10
    stored = np.zeros((variants, count, 2), np.float32)
    stored[..., 0] = np.arange(count)
    stored[..., 1] = np.arange(variants)[:, None]
    labels = np.arange(count) % 2
    seeds = iter(range(100))
    batches = make_feature_batches(stored, labels, 4, lambda: np.random.default_rng(next(seeds)))
    passes = []
    for _ in range(2):
        pairs = [(x.numpy(), y.numpy()) for x, y in batches]
        assert [len(x) for x, _ in pairs] == [4, 4, 2]
        x, y = (np.concatenate(column) for column in zip(*pairs, strict=True))
        assert sorted(x[:, 0]) == list(range(count))
        np.testing.assert_array_equal(y[:, 0], x[:, 0] % 2)
        assert len(set(x[:, 1])) > 1
        passes.append(x)
    assert not np.array_equal(*passes)


def test_without_an_order_features_come_as_they_are() -> None:
    stored = np.arange(12, dtype=np.float32).reshape(1, 6, 2)
    [(x, y)] = make_feature_batches(stored, np.zeros(6, int), 8)
    np.testing.assert_array_equal(x.numpy(), stored[0])
    assert y.shape == (6, 1)


def test_a_run_can_be_stopped_while_features_are_computed(model, dataset, reporter) -> None:
    reporter.folder.stop.touch()
    with pytest.raises(StopRequested):
        compute(model, dataset, reporter)


def test_progress_is_reported_while_features_are_computed(model, dataset, reporter, monkeypatch) -> None:
    reports = []
    monkeypatch.setattr(reporter, "say", lambda *values: reports.append(values))
    compute(model, dataset, reporter)
    assert reports[0][0] == 0
    assert all(done < total for done, total, _ in reports)
    assert {message for _, _, message in reports} == {"looking at the images once with the frozen backbone"}
    assert describe_features(Augmentation("horizontal")) == (
        "features of the frozen backbone stored for 4 augmented variants of each image"
    )


def test_the_models_checkpoint_holds_the_heads_optimizer(model, tmp_path: Path) -> None:
    inputs, labels = np.ones((8, WIDTH), np.float32), np.ones((8, 1))
    build_head(model).fit(inputs, labels, verbose=0)
    save_checkpoint(RunFolder(tmp_path), model, [Epoch(1, 1.0, 0.5, 0.7, 0.5, 0.7)])
    resumed = build_small_model(5)
    load_checkpoint(RunFolder(tmp_path), resumed)
    saved, restored = ([v.numpy() for v in network.optimizer.variables] for network in (model, resumed))
    assert len(restored) > 2
    for before, after in zip(saved, restored, strict=True):
        np.testing.assert_array_equal(before, after)
    build_head(resumed).fit(inputs, labels, verbose=0)
    assert int(resumed.optimizer.iterations) == int(model.optimizer.iterations) + 1


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The files that the converter has made."""
    files: list[bytes] = []

    def convert(*values) -> bytes:
        files.append(convert_to_litert(*values))
        return files[-1]

    monkeypatch.setattr(backbone, "convert_to_litert", convert)
    return files


def cached_file(reporter: Reporter) -> Path:
    """The only file in a test's cache."""
    (file,) = (reporter.folder.path / "cache").iterdir()
    return file


def test_the_converted_backbone_is_cached_and_made_once(model, dataset, reporter, conversions) -> None:
    first, again = (compute(model, dataset, reporter).validation for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert [cached_file(reporter).read_bytes()] == conversions
    assert cached_file(reporter).suffix == ".tflite"


@pytest.mark.parametrize("damage", ["cut short", "one flipped bit"])
def test_a_damaged_converted_backbone_is_made_anew(model, dataset, reporter, conversions, damage: str) -> None:
    first = compute(model, dataset, reporter).validation
    content = conversions[0]
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    cached_file(reporter).write_bytes({"cut short": content[: len(content) // 2], "one flipped bit": flipped}[damage])
    for _ in range(2):
        np.testing.assert_array_equal(compute(model, dataset, reporter).validation, first)
    assert len(conversions) == 2
    assert cached_file(reporter).read_bytes() == conversions[1]


def test_another_backbone_is_converted_anew(model, dataset, reporter) -> None:
    first = compute(model, dataset, reporter).validation
    assert not np.allclose(first, compute(build_small_model(6), dataset, reporter).validation)
