"""Training leaves excluded images out, notes which, and a resumed run keeps to the list it began with."""

from pathlib import Path

import numpy as np
import pytest

from catdog import runs
from catdog.augmentation.config import Augmentation
from catdog.datasets import TEST, TRAINING, VALIDATION, Dataset, open_dataset
from catdog.datasets.catalog import digest_paths
from catdog.datasets.exclusions import exclude_images, include_images, without_images
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import TrainConfig, loop, material, worker
from catdog.training.reporter import StopRequested
from catdog.training.worker import work


def build_small_network(name: str, weights: Path | None, augmentation: Augmentation, seed: int, scaling: object = None):
    import keras

    images = keras.Input((160, 160, 3))
    features = keras.layers.GlobalAveragePooling2D()(images)
    return keras.Model(images, keras.layers.Dense(1, activation="sigmoid")(features))


@pytest.fixture
def data(settings: Settings, picture_folder: Path) -> Dataset:
    return open_dataset(settings, str(picture_folder))


@pytest.fixture
def paths(settings: Settings, data: Dataset) -> list[str]:
    """The paths of one excluded image of each split."""
    catalog = data.catalog
    chosen = [catalog.paths[catalog.indices(split)[0]] for split in (TRAINING, VALIDATION, TEST)]
    exclude_images(settings, catalog, chosen)
    return sorted(chosen)


@pytest.fixture
def run(settings: Settings, data: Dataset) -> Run:
    return runs.create_run(settings, TrainConfig("model3", data.catalog.source, epochs=1, batch_size=8))


def test_excluded_images_are_neither_trained_on_nor_scored(
    settings: Settings, data: Dataset, paths: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    used_rows: list[np.ndarray] = []
    make_batches = material.make_batches

    def record_rows(pixels, labels, rows, *args, **kwargs):
        used_rows.append(rows)
        return make_batches(pixels, labels, rows, *args, **kwargs)

    monkeypatch.setattr(loop, "build_model", build_small_network)
    monkeypatch.setattr(material, "strip_augmentation", lambda model, _: model)
    monkeypatch.setattr(material, "make_batches", record_rows)
    assert work(run.files, settings) == 0
    done = runs.open_run(settings, run.id)
    assert done.state == "done", done.status.error
    used = {data.catalog.paths[row] for rows in used_rows for row in rows}
    assert len(used_rows) == 2
    assert not used & set(paths)
    counts = data.catalog.counts()
    assert len(used_rows[0]) == sum(counts[TRAINING].values()) - 1
    assert done.evaluation[TEST]["photos"] == sum(counts[TEST].values()) - 1
    assert done.evaluation[VALIDATION]["photos"] == sum(counts[VALIDATION].values()) - 1
    assert done.details["data"]["excluded"] == {"pictures": 3, "digest": digest_paths(paths), "paths": paths}
    assert done.details["data"]["fingerprint"] == data.catalog.fingerprint
    assert sum(done.details["data"]["counts"][TRAINING].values()) == len(used_rows[0])


def test_a_run_that_is_resumed_keeps_to_the_list_it_began_with(
    settings: Settings, data: Dataset, paths: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogs = []

    def stopped(folder, config, settings, dataset, reporter) -> None:
        catalogs.append(dataset.catalog)
        raise StopRequested

    monkeypatch.setattr(worker, "_train", stopped)
    assert work(run.files, settings) == 0
    include_images(settings, data.catalog, paths)
    exclude_images(settings, data.catalog, [path for path in data.catalog.paths if path not in paths][:1])
    assert work(run.files, settings) == 0
    assert catalogs[0].splits.tolist() == catalogs[1].splits.tolist()
    assert runs.open_run(settings, run.id).details["data"]["excluded"]["paths"] == paths

    later = runs.create_run(settings, run.config)
    assert work(later.files, settings) == 0
    assert runs.open_run(settings, later.id).details["data"]["excluded"]["pictures"] == 1


def test_a_queued_run_keeps_to_what_was_excluded_as_it_was_started(
    settings: Settings, data: Dataset, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogs = []
    shown = without_images(data, paths).catalog
    run = runs.create_run(settings, TrainConfig("model3", data.catalog.source), catalog=shown)
    assert run.details["data"] == worker.describe_data(shown)
    include_images(settings, data.catalog, paths)
    monkeypatch.setattr(worker, "_train", lambda *arguments: catalogs.append(arguments[3].catalog))
    assert work(run.files, settings) == 0
    assert catalogs[0].splits.tolist() == shown.splits.tolist()
    assert runs.open_run(settings, run.id).details["data"] == run.details["data"]


def test_class_0_stays_what_it_was_in_whatever_order_the_data_are_read(
    settings: Settings, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogs = []
    run = runs.create_run(settings, TrainConfig("model3", data.catalog.source), catalog=data.catalog)
    run.files.add_to_config(data=run.details["data"] | {"classes": ["Dogs", "Cats"]})
    monkeypatch.setattr(worker, "_train", lambda *arguments: catalogs.append(arguments[3].catalog))
    assert work(run.files, settings) == 0
    assert catalogs[0].classes == ("dogs", "cats")
    assert catalogs[0].labels.tolist() == (1 - data.catalog.labels).tolist()


def test_a_run_from_before_exclusions_goes_on_with_all_images(
    settings: Settings, data: Dataset, paths: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogs = []
    run.files.add_to_config(data={"fingerprint": data.catalog.fingerprint})
    monkeypatch.setattr(worker, "_train", lambda *arguments: catalogs.append(arguments[3].catalog))
    assert work(run.files, settings) == 0
    assert catalogs[0].counts() == data.catalog.counts()
