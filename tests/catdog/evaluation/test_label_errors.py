"""catdog.evaluation.label_errors: which labels a trained model contradicts."""

from dataclasses import replace
from pathlib import Path

import pytest

from catdog.comparison import find_best_run
from catdog.datasets import Dataset, open_dataset
from catdog.evaluation.label_errors import find_label_errors
from catdog.runs import Run, create_run, list_runs, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig


@pytest.fixture
def data(settings: Settings, picture_folder: Path) -> Dataset:
    return open_dataset(settings, str(picture_folder))


@pytest.fixture
def make_run(settings: Settings, data: Dataset):
    """Make a run with stored predictions: make_run({path: (label, probability)})."""

    def make(predictions: dict, accuracy: float = 0.8, state: str = "done", fingerprint: str = "") -> Run:
        run = create_run(settings, TrainConfig("model1", data.catalog.source))
        run.files.add_to_config(data={"fingerprint": fingerprint or data.catalog.fingerprint})
        run.files.write_status(replace(run.status, state=state, best_val_accuracy=accuracy))
        rows = [f"{path},{label},{probability},training" for path, (label, probability) in predictions.items()]
        run.files.predictions.write_text("\n".join(["path,label,probability,split", *rows]) + "\n")
        return open_run(settings, run.id)

    return make


def test_wrong_predictions_come_by_confidence_and_right_ones_never(data: Dataset, make_run) -> None:
    catalog = data.catalog
    cats = [catalog.paths[row] for row in catalog.indices(label=0)]
    dogs = [catalog.paths[row] for row in catalog.indices(label=1)]
    run = make_run({cats[0]: (0, 0.7), cats[1]: (0, 0.1), dogs[0]: (1, 0.001), dogs[1]: (1, 0.5)})
    errors = find_label_errors(run.predictions(), catalog)
    assert [(error.path, error.label) for error in errors] == [(dogs[0], 1), (cats[0], 0)]
    assert errors[0].confidence == pytest.approx(0.999)
    assert errors[0].loss == pytest.approx(6.9, abs=0.01)


def test_predictions_for_missing_images_are_passed_over(data: Dataset, make_run) -> None:
    run = make_run({"train/cats/gone.jpg": (0, 0.99)})
    assert find_label_errors(run.predictions(), data.catalog) == []


def test_the_best_finished_run_on_this_very_data_is_found(settings: Settings, data: Dataset, make_run) -> None:
    assert find_best_run(list_runs(settings), data.catalog.fingerprint) is None
    best = make_run({}, accuracy=0.9)
    make_run({}, accuracy=0.7)
    make_run({}, accuracy=0.99, state="stopped")
    make_run({}, accuracy=0.99, fingerprint="another")
    make_run({}, accuracy=0.99).files.predictions.unlink()
    assert find_best_run(list_runs(settings), data.catalog.fingerprint).id == best.id
