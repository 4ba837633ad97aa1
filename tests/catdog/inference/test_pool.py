"""Models are loaded once for everyone, unloaded when nobody uses them, and never mixed up."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.inference import predictor
from catdog.inference.pool import PredictorPool
from tests.waiting import wait_for

PETS = ("cats", "dogs")


class Stub:
    """A model that predicts how bright an image is, plus 0.001 for each version of its file."""

    def __init__(self, content: str) -> None:
        self.content, self.predicted = content, 0

    def predict_timed(self, image: np.ndarray) -> tuple[float, float]:
        self.predicted += 1
        return float(image.mean()) / 255 + len(self.content) / 1000, 0.002


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Stub]:
    """The models that have been loaded, in order."""
    stubs: list[Stub] = []

    def load(path, name) -> Stub:
        time.sleep(0.02)
        stubs.append(Stub(path.read_text()))
        return stubs[-1]

    monkeypatch.setattr(predictor, "load_predictor", load)
    return stubs


@pytest.fixture
def make_run(tmp_path):
    def make(name: str):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "model.tflite").write_text("a")
        return SimpleNamespace(name=name, folder=folder, files=SimpleNamespace(tflite=folder / "model.tflite"))

    return make


def grey(value: int) -> np.ndarray:
    return np.full((160, 160, 3), value, np.uint8)


def probabilities(pool: PredictorPool, run, *values: int) -> list[float]:
    return [
        prediction.probability
        for prediction in pool.predict(run.files.tflite, run.name, PETS, [grey(value) for value in values])
    ]


def test_predictions_come_in_order_with_their_time(loaded, make_run):
    run = make_run("one")
    predictions = PredictorPool().predict(run.files.tflite, run.name, PETS, [grey(255), grey(0), grey(51)])
    assert [prediction.probability for prediction in predictions] == pytest.approx([1.001, 0.001, 0.201])
    assert {prediction.seconds for prediction in predictions} == {0.002}


def test_a_model_is_loaded_once_and_predicts_the_same_image_once(loaded, make_run):
    pool, run = PredictorPool(), make_run("one")
    first = probabilities(pool, run, 7, 7, 9)
    assert probabilities(pool, run, 9, 7) == [first[2], first[0]]
    assert [model.predicted for model in loaded] == [2]


def test_a_model_trained_anew_under_the_same_name_is_loaded(loaded, make_run):
    pool, run = PredictorPool(), make_run("one")
    before = probabilities(pool, run, 0)
    run.files.tflite.write_text("a longer file")
    assert probabilities(pool, run, 0) != before
    assert len(loaded) == 2


def test_only_the_models_used_last_are_kept(loaded, make_run):
    pool = PredictorPool(max_models=2)
    first, second, third = make_run("one"), make_run("two"), make_run("three")
    for run in (first, second, first, third):  # the third takes the place of the second
        pool.get(run.files.tflite, run.name)
    assert len(pool) == 2
    pool.get(first.files.tflite, first.name)
    assert len(loaded) == 3
    pool.get(second.files.tflite, second.name)
    assert len(loaded) == 4


def test_idle_models_are_unloaded_and_loaded_again_when_needed(loaded, make_run):
    pool, run = PredictorPool(idle_seconds=0.2), make_run("one")
    before = probabilities(pool, run, 5)
    assert len(pool) == 1
    wait_for(lambda: len(pool) == 0)
    assert probabilities(pool, run, 5) == before  # remembered without the model
    assert len(loaded) == 1
    probabilities(pool, run, 6)
    assert len(loaded) == 2
    wait_for(lambda: len(pool) == 0)


def test_a_model_in_steady_use_stays(loaded, make_run):
    pool, run = PredictorPool(idle_seconds=1.0), make_run("one")
    for value in range(8):
        probabilities(pool, run, value)
        time.sleep(0.15)
    assert len(loaded) == 1


def test_models_can_be_unloaded_at_once(loaded, make_run):
    pool, run = PredictorPool(), make_run("one")
    probabilities(pool, run, 5)
    pool.clear()
    assert len(pool) == 0


def test_the_oldest_predictions_are_forgotten_first(loaded, make_run):
    pool, run = PredictorPool(max_predictions=2), make_run("one")
    probabilities(pool, run, 1, 2, 3)
    probabilities(pool, run, 3, 2)
    assert loaded[0].predicted == 3
    probabilities(pool, run, 1)
    assert loaded[0].predicted == 4


def test_twenty_threads_get_their_own_predictions_from_one_load(loaded, make_run):
    pool, runs = PredictorPool(), [make_run("one"), make_run("two")]
    runs[1].files.tflite.write_text("a longer file")
    wrong = []

    def predict(value: int) -> None:
        for run, more in zip(runs, (0.001, 0.013), strict=True):
            values = probabilities(pool, run, value, 255 - value)
            if values != pytest.approx([value / 255 + more, 1 - value / 255 + more]):
                wrong.append(value)

    threads = [threading.Thread(target=predict, args=(10 * value,)) for value in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(loaded) == 2


def test_progress_counts_the_images_that_are_new(loaded, make_run):
    pool, run = PredictorPool(), make_run("one")
    probabilities(pool, run, 1)
    reports = []
    pool.predict(
        run.files.tflite,
        run.name,
        PETS,
        [grey(1), grey(2), grey(3)],
        lambda done, total, what: reports.append((done, total)),
    )
    assert reports == [(1, 2), (2, 2)]


def test_a_run_without_a_model_gives_a_sentence(loaded, make_run):
    run = make_run("one")
    run.files.tflite.unlink()
    with pytest.raises(RunError, match=r"one has no trained model .*train it\.$"):
        PredictorPool().predict(run.files.tflite, run.name, PETS, [grey(1)])
    with pytest.raises(RunError, match="no trained model"):
        PredictorPool().get(run.files.tflite, run.name)
