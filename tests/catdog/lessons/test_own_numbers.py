"""The user's own number for each word of the glossary."""

from dataclasses import replace

import pytest

from catdog.datasets import open_dataset
from catdog.datasets.quality.checks import QualityReport
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.lessons.glossary import TERMS
from catdog.lessons.own_numbers import OwnNumbers
from catdog.lessons.own_sentences import describe_own
from catdog.runs import create_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.utils.files import write_json

NAMES = [term.name for term in TERMS]
WITHOUT_RUNS = {"fine-tuning", "near-duplicate", "leakage"}  # which these runs and this report-less set don't have


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Settings whose home holds a drawn set; do not change it."""
    home = Settings(home=tmp_path_factory.mktemp("home"))
    generate_dataset(home.data / "drawn", training=24, validation=40)
    return home


@pytest.fixture(scope="module")
def catalog(home):
    return open_dataset(home, "drawn").catalog


def make_run(settings, catalog):
    """Make a finished run of model2 that gets one test image wrong."""
    run = create_run(settings, TrainConfig("model2", source="drawn", epochs=6))
    epochs = [Epoch(number, 2.0, 0.9, 0.3, 0.6, 0.8 - number / 100) for number in range(1, 7)]
    write_history(run.files.history, epochs)
    rows = zip(catalog.paths, catalog.labels, catalog.splits, strict=True)
    lines = [f"{path},{label},{0.96 if label else 0.04},{split}" for path, label, split in rows]
    wrong = next(index for index, line in enumerate(lines) if line.endswith("test"))
    path, label, _, split = lines[wrong].split(",")
    lines[wrong] = f"{path},{label},{0.04 if int(label) else 0.96},{split}"
    run.files.predictions.write_text("\n".join(["path,label,probability,split", *lines, ""]))
    counts = catalog.counts()
    run.files.add_to_config(
        data={"source": "drawn", "classes": list(catalog.classes), "counts": counts, "fingerprint": catalog.fingerprint}
    )
    write_json(run.files.evaluation, {"validation": {"accuracy": 0.75}, "test": {"accuracy": 0.9}})
    run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.75, best_epoch=2, epoch=6))
    return open_run(settings, run.id)


@pytest.fixture(scope="module")
def run(home, catalog):
    """A finished run for all tests; do not change it."""
    return make_run(home, catalog)


def test_without_a_run_the_data_have_numbers_and_nothing_is_made_up(catalog):
    own = OwnNumbers(catalog, [])
    sentences = {name: describe_own(name, own) for name in NAMES}
    assert sentences["dataset"] == f"Yours: {len(catalog):,} images."
    assert sentences["baseline"] == "Here: 50.0%."
    assert sentences["frozen"] == "Of model4's 2,259,265 parameters, training changes 1,281."
    assert sentences["features"] == "MobileNetV2 makes 1,280 of each image."
    for name in ("overfitting", "accuracy", "recall", "epoch", "seed", "augmentation", "near-duplicate"):
        assert sentences[name] == ""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT_RUNS])
def test_with_a_run_every_word_has_a_number_in_a_sentence(catalog, run, name):
    sentence = describe_own(name, OwnNumbers(catalog, [run]))
    assert sentence.endswith(".")
    assert any(sign.isdigit() for sign in sentence) or name in ("class", "transfer learning")


def test_the_numbers_are_those_of_the_run(catalog, run):
    own = OwnNumbers(catalog, [run])
    tests = own.count("test")
    assert "30.0 points (90.0% in training, 60.0% on validation images)" in describe_own("overfitting", own)
    assert describe_own("loss", own) == "Validation loss of model2: 0.79 after the first epoch, 0.74 at best."
    assert (
        describe_own("batch", own) == "model2: 32 images, so " + f"{-(-own.count('training') // 32)} updates an epoch."
    )
    assert describe_own("seed", own) == "Your runs have the seed 1."
    assert f"confident about {tests} of {tests} test images, and right on {tests - 1}" in describe_own(
        "confidence", own
    )
    assert describe_own("confusion matrix", own).startswith("model2 took ")
    assert describe_own("augmentation", own).startswith("model2: ")


def test_damaged_answers_are_passed_over(catalog, settings):
    run = make_run(settings, catalog)
    run.files.predictions.write_text("nonsense")
    assert describe_own("recall", OwnNumbers(catalog, [run])) == ""


def test_the_quality_check_counts_pairs_and_leaks(catalog):
    report = QualityReport(
        catalog.fingerprint, len(catalog), (), (), {}, {"leaks": 1, "copies": 2, "alike": 3, "dark": 9}
    )
    own = OwnNumbers(catalog, [], report, corrected=4)
    assert describe_own("near-duplicate", own) == "The quality check found 6 pairs here, exact copies included."
    assert describe_own("leakage", own) == "The quality check found 1 pair from two splits here."
    assert describe_own("label error", own) == "4 labels were corrected here."
