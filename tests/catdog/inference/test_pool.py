"""Models are loaded once for all who ask, let go when nobody does, and never mixed up."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.inference import predictor
from catdog.inference.pool import Predictors


class Stub:
    """A model that answers how bright a picture is, plus 0.001 for each version of its file."""

    def __init__(self, content: str) -> None:
        self.content, self.asked = content, 0

    def timed(self, picture: np.ndarray) -> tuple[float, float]:
        self.asked += 1
        return float(picture.mean()) / 255 + len(self.content) / 1000, 0.002


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Stub]:
    """The models that have been loaded, in order."""
    found: list[Stub] = []

    def load(run) -> Stub:
        time.sleep(0.02)
        found.append(Stub(run.files.tflite.read_text()))
        return found[-1]

    monkeypatch.setattr(predictor, "load_predictor", load)
    return found


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


def probabilities(predictors: Predictors, run, *values: int) -> list[float]:
    return [reply.probability for reply in predictors.ask(run, [grey(value) for value in values])]


def test_answers_come_in_order_with_the_time_they_took(loaded, make_run):
    replies = Predictors().ask(make_run("one"), [grey(255), grey(0), grey(51)])
    assert [reply.probability for reply in replies] == pytest.approx([1.001, 0.001, 0.201])
    assert {reply.seconds for reply in replies} == {0.002}


def test_a_model_is_loaded_once_and_asked_once_about_the_same_picture(loaded, make_run):
    predictors, run = Predictors(), make_run("one")
    first = probabilities(predictors, run, 7, 7, 9)
    assert probabilities(predictors, run, 9, 7) == [first[2], first[0]]
    assert [one.asked for one in loaded] == [2]


def test_a_model_trained_anew_under_the_same_name_answers_for_itself(loaded, make_run):
    predictors, run = Predictors(), make_run("one")
    before = probabilities(predictors, run, 0)
    run.files.tflite.write_text("a longer file")
    assert probabilities(predictors, run, 0) != before
    assert len(loaded) == 2


def test_only_so_many_models_are_kept_those_asked_last(loaded, make_run):
    predictors = Predictors(most=2)
    one, two, three = make_run("one"), make_run("two"), make_run("three")
    for run in (one, two, one, three):  # three takes the place of two
        predictors.get(run)
    assert len(predictors) == 2
    predictors.get(one)
    assert len(loaded) == 3
    predictors.get(two)
    assert len(loaded) == 4


def test_models_are_let_go_when_nobody_asks_and_loaded_again_when_somebody_does(loaded, make_run):
    predictors, run = Predictors(patience=0.2), make_run("one")
    said = probabilities(predictors, run, 5)
    assert len(predictors) == 1
    _wait_for(lambda: len(predictors) == 0)
    assert probabilities(predictors, run, 5) == said  # remembered without the model
    assert len(loaded) == 1
    probabilities(predictors, run, 6)
    assert len(loaded) == 2
    _wait_for(lambda: len(predictors) == 0)


def test_a_model_that_is_asked_again_and_again_stays(loaded, make_run):
    predictors, run = Predictors(patience=0.4), make_run("one")
    for value in range(8):
        probabilities(predictors, run, value)
        time.sleep(0.1)
    assert len(loaded) == 1


def test_models_can_be_let_go_at_once(loaded, make_run):
    predictors, run = Predictors(), make_run("one")
    probabilities(predictors, run, 5)
    predictors.let_go()
    assert len(predictors) == 0


def test_answers_are_forgotten_from_the_oldest_on(loaded, make_run):
    predictors, run = Predictors(most_replies=2), make_run("one")
    probabilities(predictors, run, 1, 2, 3)
    probabilities(predictors, run, 3, 2)
    assert loaded[0].asked == 3
    probabilities(predictors, run, 1)
    assert loaded[0].asked == 4


def test_twenty_at_once_get_their_own_answers_from_one_load_of_each_model(loaded, make_run):
    predictors, both = Predictors(), [make_run("one"), make_run("two")]
    both[1].files.tflite.write_text("a longer file")
    wrong = []

    def ask(value: int) -> None:
        for run, more in zip(both, (0.001, 0.013), strict=True):
            found = probabilities(predictors, run, value, 255 - value)
            if found != pytest.approx([value / 255 + more, 1 - value / 255 + more]):
                wrong.append(value)

    threads = [threading.Thread(target=ask, args=(10 * value,)) for value in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(loaded) == 2


def test_progress_counts_the_pictures_that_are_new(loaded, make_run):
    predictors, run = Predictors(), make_run("one")
    probabilities(predictors, run, 1)
    told = []
    predictors.ask(run, [grey(1), grey(2), grey(3)], lambda done, total, what: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_a_run_without_a_model_gives_a_sentence(loaded, make_run):
    run = make_run("one")
    run.files.tflite.unlink()
    with pytest.raises(RunError, match=r"one has no trained model .*train it\.$"):
        Predictors().ask(run, [grey(1)])
    with pytest.raises(RunError, match="no trained model"):
        Predictors().get(run)


def _wait_for(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()
