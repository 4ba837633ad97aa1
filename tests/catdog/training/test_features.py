"""Stored features of model4's frozen backbone: the same network, computed once, and the same model trained."""

import mmap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catdog.augmentation.config import Augmentation
from catdog.datasets import TRAINING, VALIDATION, Dataset, cache, open_dataset
from catdog.models.specs import MODELS, build_model, compile_model
from catdog.settings import Settings
from catdog.training import RunFolder, features
from catdog.training.checkpoint import load_checkpoint, save_checkpoint
from catdog.training.features import VIEWS, Features, compute_features, feature_batches, head_of, stored_words
from catdog.training.litert import to_litert
from catdog.training.reporter import Reporter, StopRequested

GAIN = 4.0


def lively(seed: int):
    """model4 with a backbone of random weights, scaled up so that its features are not all but zero."""
    built = build_model("model4", seed=seed)
    (backbone,) = (layer for layer in built.layers if layer.name.startswith("mobilenetv2"))
    for layer in backbone.layers:
        if type(layer).__name__ == "BatchNormalization":
            layer.gamma.assign(np.full(layer.gamma.shape, GAIN, np.float32))
    return built


@pytest.fixture(scope="module")
def model():
    """model4 with a backbone of random weights, compiled."""
    built = lively(4)
    compile_model(built, "model4", 0.01)
    return built


@pytest.fixture
def dataset(settings: Settings, picture_folder: Path) -> Dataset:
    return open_dataset(settings, str(picture_folder))


@pytest.fixture
def reporter(tmp_path: Path) -> Reporter:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    return Reporter(folder, epochs=1)


def computed(
    model,
    dataset: Dataset,
    reporter: Reporter,
    seed: int = 1,
    augmentation: Augmentation = MODELS["model4"].augmentation,
) -> Features:
    rows, cache = dataset.catalog.indices(TRAINING)[:6], reporter.folder.path / "cache"
    return compute_features(model, dataset, rows, augmentation, seed, reporter, cache)


def test_validation_features_are_those_that_the_network_itself_computes(model, dataset, reporter) -> None:
    import keras

    found = computed(model, dataset, reporter).validation
    network = keras.Model(model.input, model.get_layer("features").output)
    pictures = dataset.pixels[dataset.catalog.indices(VALIDATION)].astype(np.float32)
    expected = network(pictures, training=False).numpy()
    assert expected.max() > 0.1
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_pictures_of_a_large_set_do_not_stay_in_memory_and_give_the_same_features(
    model, dataset, reporter, monkeypatch
) -> None:
    expected = computed(model, dataset, reporter, augmentation=Augmentation())
    advice = []

    class Watched(mmap.mmap):
        def madvise(self, option: int) -> None:
            advice.append(option)
            super().madvise(option)

    (file,) = reporter.folder.path.parent.rglob("*-160-*.npy")
    with file.open("rb") as opened:
        mapped = Watched(opened.fileno(), 0, access=mmap.ACCESS_READ)
    pixels = np.ndarray(dataset.pixels.shape, np.uint8, mapped, dataset.pixels.offset)
    monkeypatch.setattr(cache, "RESIDENT", 5)
    monkeypatch.setattr(cache, "RELEASE_EVERY", 5)
    found = computed(model, replace(dataset, pixels=pixels), reporter, augmentation=Augmentation())
    assert advice == [mmap.MADV_DONTNEED] * 2  # 6 pictures of training, then those of validation
    np.testing.assert_array_equal(found.training, expected.training)
    np.testing.assert_array_equal(found.validation, expected.validation)


def test_every_training_picture_has_views_that_differ_and_come_back_with_the_same_seed(
    model, dataset, reporter
) -> None:
    first, again, other = (computed(model, dataset, reporter, seed).training for seed in (1, 1, 2))
    assert first.shape == (VIEWS, 6, 1280)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len({view.tobytes() for view in first}) == VIEWS


def test_without_augmentation_each_picture_is_looked_at_once_as_it_is(model, dataset, reporter) -> None:
    found = computed(model, dataset, reporter, augmentation=Augmentation()).training
    assert found.shape == (1, 6, 1280)
    assert stored_words(Augmentation()) == "features of the frozen backbone stored for each picture"


def test_training_the_head_trains_the_whole_model_with_its_own_optimizer(model) -> None:
    head = head_of(model)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (32, 1))
    inputs = (rng.normal(size=(32, 1280)) + labels).astype(np.float32)
    before = [weights.copy() for weights in model.get_weights()]
    head.fit(inputs, labels, epochs=2, verbose=0)
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert changed == [False] * (len(before) - 2) + [True, True]
    assert int(model.optimizer.iterations) == 2


def test_a_pass_shows_every_picture_once_with_its_label_and_one_of_its_views() -> None:
    views, number = 3, 10
    stored = np.zeros((views, number, 2), np.float32)
    stored[..., 0] = np.arange(number)
    stored[..., 1] = np.arange(views)[:, None]
    labels = np.arange(number) % 2
    passes = iter(range(100))
    data = feature_batches(stored, labels, 4, lambda: np.random.default_rng(next(passes)))
    seen = []
    for _ in range(2):
        pairs = [(x.numpy(), y.numpy()) for x, y in data]
        assert [len(x) for x, _ in pairs] == [4, 4, 2]
        x, y = (np.concatenate(part) for part in zip(*pairs, strict=True))
        assert sorted(x[:, 0]) == list(range(number))
        np.testing.assert_array_equal(y[:, 0], x[:, 0] % 2)
        assert len(set(x[:, 1])) > 1
        seen.append(x)
    assert not np.array_equal(*seen)


def test_without_an_order_the_features_come_as_they_are() -> None:
    stored = np.arange(12, dtype=np.float32).reshape(1, 6, 2)
    [(x, y)] = feature_batches(stored, np.zeros(6, int), 8)
    np.testing.assert_array_equal(x.numpy(), stored[0])
    assert y.shape == (6, 1)


def test_a_run_can_be_stopped_while_features_are_computed(model, dataset, reporter) -> None:
    reporter.folder.stop.touch()
    with pytest.raises(StopRequested):
        computed(model, dataset, reporter)


def test_progress_is_told_while_features_are_computed(model, dataset, reporter, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(reporter, "say", lambda *values: told.append(values))
    computed(model, dataset, reporter)
    assert told[0][0] == 0
    assert all(done < total for done, total, _ in told)
    assert {words for _, _, words in told} == {"looking at the pictures once with the frozen backbone"}
    assert stored_words(Augmentation("horizontal")) == (
        "features of the frozen backbone stored for 4 augmented views of each picture"
    )


def test_a_checkpoint_of_the_model_holds_the_optimizer_that_trained_its_head(model, tmp_path: Path) -> None:
    def numbers(one) -> list[np.ndarray]:
        return [variable.numpy() for variable in one.optimizer.variables]

    head_of(model).fit(np.ones((8, 1280), np.float32), np.ones((8, 1)), verbose=0)
    save_checkpoint(RunFolder(tmp_path), model, [])
    again = build_model("model4", seed=5)
    compile_model(again, "model4", 0.01)
    load_checkpoint(RunFolder(tmp_path), again)
    assert len(again.optimizer.variables) == len(model.optimizer.variables) > 2
    for before, after in zip(numbers(model), numbers(again), strict=True):
        np.testing.assert_array_equal(before, after)
    head_of(again).fit(np.ones((8, 1280), np.float32), np.ones((8, 1)), verbose=0)
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations) + 1


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Note what the converter makes."""
    made: list[bytes] = []

    def noted(*values) -> bytes:
        made.append(to_litert(*values))
        return made[-1]

    monkeypatch.setattr(features, "to_litert", noted)
    return made


def kept(reporter: Reporter) -> Path:
    """The one file that the cache of a test holds."""
    (file,) = (reporter.folder.path / "cache").iterdir()
    return file


def test_the_converted_backbone_is_kept_and_made_once(model, dataset, reporter, conversions) -> None:
    first, again = (computed(model, dataset, reporter).validation for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert [kept(reporter).read_bytes()] == conversions
    assert kept(reporter).suffix == ".tflite"


@pytest.mark.parametrize("damage", ["cut short", "one flipped bit"])
def test_a_damaged_converted_backbone_is_made_anew(model, dataset, reporter, conversions, damage: str) -> None:
    first = computed(model, dataset, reporter).validation
    content = conversions[0]
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    kept(reporter).write_bytes({"cut short": content[: len(content) // 2], "one flipped bit": flipped}[damage])
    for _ in range(2):
        np.testing.assert_array_equal(computed(model, dataset, reporter).validation, first)
    assert len(conversions) == 2
    assert kept(reporter).read_bytes() == conversions[1]


def test_another_backbone_is_converted_anew(model, dataset, reporter) -> None:
    found = computed(model, dataset, reporter).validation
    other = lively(6)
    assert not np.allclose(found, computed(other, dataset, reporter).validation)
