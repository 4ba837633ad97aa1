"""Training learns from corrected labels, notes which, and a run keeps to the labels it was started with."""

from pathlib import Path

import pytest

from catdog import runs
from catdog.datasets import Catalog, open_catalog
from catdog.datasets.corrections import relabel_images, restore_labels
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import TrainConfig, worker
from catdog.training.worker import work


@pytest.fixture
def corrected(settings: Settings, picture_folder: Path) -> Catalog:
    catalog = open_catalog(settings, str(picture_folder))
    relabel_images(settings, catalog, {catalog.paths[0]: "dogs"})
    return open_catalog(settings, catalog.source)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[Catalog]:
    """The catalogs that trainings were given."""
    catalogs = []
    monkeypatch.setattr(worker, "_train", lambda *arguments: catalogs.append(arguments[3].catalog))
    return catalogs


def start(settings: Settings, catalog: Catalog, shown: Catalog | None = None) -> Run:
    return runs.create_run(settings, TrainConfig("model3", catalog.source), catalog=shown)


def test_a_run_learns_from_and_notes_the_labels_of_the_day(
    settings: Settings, corrected: Catalog, used: list[Catalog]
) -> None:
    run = start(settings, corrected)
    assert work(run.files, settings) == 0
    assert used[0].labels.tolist() == corrected.labels.tolist()
    noted = runs.open_run(settings, run.id).details["data"]["corrected"]
    assert (noted["pictures"], noted["paths"], len(noted["digest"])) == (1, [corrected.paths[0]], 16)


def test_a_queued_run_keeps_to_the_labels_it_was_started_with(
    settings: Settings, corrected: Catalog, used: list[Catalog]
) -> None:
    run = start(settings, corrected, corrected)
    restore_labels(settings, corrected, corrected.corrected)
    assert work(run.files, settings) == 0
    assert used[0].labels.tolist() == corrected.labels.tolist()
    assert runs.open_run(settings, run.id).details["data"] == run.details["data"]


def test_a_run_from_before_corrections_keeps_to_the_labels_of_the_files(
    settings: Settings, corrected: Catalog, used: list[Catalog]
) -> None:
    run = start(settings, corrected)
    run.files.add_to_config(data={"fingerprint": corrected.fingerprint})
    assert work(run.files, settings) == 0
    assert used[0].corrected == ()
    assert used[0].labels.tolist() != corrected.labels.tolist()
