"""The stored predictions of a run: read whole, or refused in one sentence."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.evaluation import SMALLEST, Predictions, score
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig

HEAD = "path,label,probability,split\n"


@pytest.fixture
def run(settings):
    return create_run(settings, TrainConfig("model1", "photos"), "mine")


def test_predictions_are_read_with_their_splits(run):
    run.files.predictions.write_text(f"{HEAD}a.jpg,0,0.25,training\nb.jpg,1,1,test\n")
    predictions = run.predictions()
    assert (predictions.paths, predictions.labels.tolist(), predictions.probabilities.tolist()) == (
        ("a.jpg", "b.jpg"),
        [0, 1],
        [0.25, 1.0],
    )
    assert predictions.of_split("test").paths == ("b.jpg",)
    assert len(predictions.of_split("moon")) == 0


def test_predictions_follow_the_order_of_classes_that_is_asked_for(run, settings):
    run.files.predictions.write_text(f"{HEAD}a.jpg,0,0.25,training\nb.jpg,1,1,test\n")
    run.files.add_to_config(data={"classes": ["cats", "dogs"]})
    run = open_run(settings, run.id)
    for classes, labels, probabilities in (
        (None, [0, 1], [0.25, 1.0]),
        (["Cat", "Dog"], [0, 1], [0.25, 1.0]),
        (["Dog", "Cat"], [1, 0], [0.75, 0.0]),
        (["owls", "wrens"], [0, 1], [0.25, 1.0]),
    ):
        predictions = run.predictions(classes)
        assert (predictions.labels.tolist(), predictions.probabilities.tolist()) == (labels, probabilities)


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        "path,label\na.jpg,0\n",
        "a.jpg,0,0.25,test\nb.jpg,1,0.5,test\n",
        f"{HEAD}a.jpg,0,0.25,test\nb.jpg,1,0.",
        f"{HEAD}a.jpg,0,0.25,test\nb.jpg,1,0.5,te",
        f"{HEAD}a.jpg,0,0.25,test\na.jpg,0,0.25,test\n",
        f"{HEAD}a.jpg,0,0.25,test,more\n",
        f"{HEAD},0,0.25,test\n",
        f'{HEAD}"a.jpg,0,0.25,test\nb.jpg,1,0.5,test\n',
        f"{HEAD}a.jpg,0,0.25\n",
        f"{HEAD}a.jpg,0,nan,test\n",
        f"{HEAD}a.jpg,0,1.5,test\n",
        f"{HEAD}a.jpg,2,0.5,test\n",
        f"{HEAD}a.jpg,cat,0.5,test\n",
        "\0\0\0",
    ],
)
def test_damaged_predictions_are_one_sentence_that_names_the_run(run, text):
    run.files.predictions.write_text(text)
    with pytest.raises(
        RunError, match=r"the run mine stored in predictions.csv are damaged: train it again with the same settings\.$"
    ):
        run.predictions()


def test_bytes_that_are_no_text_are_damage(run):
    run.files.predictions.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match="damaged"):
        run.predictions()


def test_no_damage_to_the_file_raises_anything_but_a_sentence(run):
    rng = np.random.default_rng(0)
    whole = HEAD.encode() + b"".join(b"cats/%d.jpg,%d,0.%d,test\n" % (n, n % 2, n) for n in range(1, 9))
    for _ in range(400):
        damaged = bytearray(whole[: rng.integers(len(whole) + 1)])
        for place in rng.integers(0, max(1, len(damaged)), 3):
            damaged[place : place + 1] = bytes(rng.integers(0, 256, rng.integers(3), np.uint8))
        run.files.predictions.write_bytes(damaged)
        with suppress(RunError):
            predictions = run.predictions()
            assert len(predictions) <= 8
            assert set(predictions.labels) <= {0, 1}
            assert ((predictions.probabilities >= 0) & (predictions.probabilities <= 1)).all()


def test_images_excluded_from_training_have_predictions_too(run):
    run.files.predictions.write_text(f"{HEAD}a.jpg,0,0.25,excluded\nb.jpg,1,1,test\n")
    assert run.predictions().splits.tolist() == ["excluded", "test"]


def test_names_with_commas_quotes_and_backslashes_are_read_as_written(run):
    run.files.predictions.write_text(HEAD + '"a,""b"".jpg",0,0.25,test\nc\\udcff.jpg,1,1e-05,test\n')
    assert run.predictions().paths == ('a,"b".jpg', "c\\udcff.jpg")


def test_a_run_without_predictions_says_what_to_do(settings, run):
    with pytest.raises(RunError, match=r"mine has no answers to its images: let it train to its end first\.$"):
        run.predictions()
    run.files.write_status(replace(run.status, state="done"))
    with pytest.raises(RunError, match=r"mine has no answers to its images: train it again\.$"):
        open_run(settings, run.id).predictions()


def test_the_mean_loss_is_the_stored_loss_to_the_last_digit():
    rng = np.random.default_rng(3)
    labels, probabilities = rng.integers(0, 2, 50), np.append(rng.random(46), [0.0, 1.0, 0.0, 1.0]).astype(np.float32)
    labels[-4:] = (1, 0, 0, 1)
    as_read = np.array([float(f"{probability:.9g}") for probability in probabilities])
    predictions = Predictions(("x",) * 50, labels, as_read, np.full(50, "test"))
    assert predictions.losses.mean() == score(labels, probabilities)["loss"]
    assert predictions.losses.max() <= -np.log(float(SMALLEST)) + 1e-9


def test_a_probability_at_the_threshold_is_class_0():
    predictions = Predictions(("a", "b"), np.array([0, 1]), np.array([0.5, 0.7]), np.full(2, "test"))
    assert predictions.predicted_labels().tolist() == [0, 1]
    assert predictions.predicted_labels(0.7).tolist() == [0, 0]
    assert predictions.correct(0.7).tolist() == [True, False]
