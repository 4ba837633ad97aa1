"""The stored answers of a run: read whole, or refused in one sentence."""

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.evaluation import SMALLEST, Answers, read_answers, score
from catdog.runs import create_run
from catdog.training import TrainConfig

HEAD = "path,label,probability,split\n"


@pytest.fixture
def run(settings):
    return create_run(settings, TrainConfig("model1", "photos"), "mine")


def test_answers_are_read_with_their_splits(run):
    run.files.predictions.write_text(f"{HEAD}a.jpg,0,0.25,training\nb.jpg,1,1,test\n")
    found = read_answers(run)
    assert (found.paths, found.labels.tolist(), found.probabilities.tolist()) == (
        ("a.jpg", "b.jpg"),
        [0, 1],
        [0.25, 1.0],
    )
    assert found.of("test").paths == ("b.jpg",)
    assert len(found.of("moon")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        "path,label\na.jpg,0\n",
        f"{HEAD}a.jpg,0,0.25,test\nb.jpg,1,0.",
        f"{HEAD}a.jpg,0,0.25\n",
        f"{HEAD}a.jpg,0,nan,test\n",
        f"{HEAD}a.jpg,0,1.5,test\n",
        f"{HEAD}a.jpg,2,0.5,test\n",
        f"{HEAD}a.jpg,cat,0.5,test\n",
        "\0\0\0",
    ],
)
def test_damaged_answers_are_refused_in_one_sentence_that_names_the_run(run, text):
    run.files.predictions.write_text(text)
    with pytest.raises(RunError, match=r"the run mine stored are damaged: train it again with the same settings\.$"):
        read_answers(run)


def test_bytes_that_are_no_text_are_damage(run):
    run.files.predictions.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match="damaged"):
        read_answers(run)


def test_a_run_without_answers_says_what_to_do(run):
    with pytest.raises(RunError, match="mine has no answers to its pictures"):
        read_answers(run)


def test_the_mean_of_the_losses_is_the_loss_that_score_gives():
    rng = np.random.default_rng(3)
    labels, probabilities = rng.integers(0, 2, 50), np.append(rng.random(48), [0.0, 1.0])
    found = Answers(("x",) * 50, labels, probabilities, np.full(50, "test"))
    assert found.losses.mean() == pytest.approx(score(labels, probabilities)["loss"], rel=1e-6)
    assert found.losses.max() <= -np.log(float(SMALLEST)) + 1e-9


def test_an_answer_at_the_threshold_is_class_0():
    found = Answers(("a", "b"), np.array([0, 1]), np.array([0.5, 0.7]), np.full(2, "test"))
    assert found.answers().tolist() == [0, 1]
    assert found.answers(0.7).tolist() == [0, 0]
    assert found.right(0.7).tolist() == [True, False]
