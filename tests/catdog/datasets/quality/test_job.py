"""catdog.datasets.quality.job: checked once, stored by fingerprint, in a process of its own, one at a time."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catdog.datasets import Dataset, open_dataset
from catdog.datasets.quality import job
from catdog.datasets.quality.job import check_quality, load_report, read_job_state, report_path, run_job, start_job
from catdog.errors import DataError
from catdog.settings import PROJECT, Settings
from catdog.utils.locks import hold_lock
from catdog.utils.progress import silent
from tests.scenes import scenes_folder
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = scenes_folder(tmp_path_factory.mktemp("health") / "scenes")
    shutil.copy(root / "train/cats/1.jpg", root / "validation/cats/again.jpg")
    return root


@pytest.fixture
def dataset(settings: Settings, folder: Path) -> Dataset:
    return open_dataset(settings, str(folder))


def lock_of(settings: Settings, dataset: Dataset) -> Path:
    return settings.cache / f"health-{dataset.catalog.fingerprint}.lock"


def test_a_second_check_reads_the_report_of_the_first(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_report(settings, dataset.catalog) is None
    report = check_quality(settings, dataset)
    assert report.counts["leaks"] == 1
    monkeypatch.setattr(job, "examine_images", lambda *_: pytest.fail("it looked again"))
    assert check_quality(settings, dataset) == load_report(settings, dataset.catalog) == report


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: json.dumps(json.loads(text) | {"version": 0}),
        lambda text: json.dumps(json.loads(text) | {"pairs": [{"first": "x"}]}),
        lambda text: json.dumps(json.loads(text) | {"odd": []}),
        lambda text: text.replace("again.jpg", "another.jpg"),
        lambda text: json.dumps(json.loads(text) | {"pictures": 3}),
    ],
)
def test_a_damaged_report_is_made_anew(settings: Settings, dataset: Dataset, damage: Callable[[str], str]) -> None:
    report = check_quality(settings, dataset)
    file = report_path(settings, dataset.catalog)
    file.write_text(damage(file.read_text()))
    assert load_report(settings, dataset.catalog) is None
    assert check_quality(settings, dataset) == load_report(settings, dataset.catalog) == report


def test_a_check_in_its_own_process_stores_the_report_and_is_alone(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_job(settings, dataset.catalog)
    assert read_job_state(settings, dataset.catalog).active
    monkeypatch.setattr(job, "start_process", lambda *_, **__: pytest.fail("a second process"))
    start_job(settings, dataset.catalog)  # in a second browser
    wait_for(lambda: not read_job_state(settings, dataset.catalog).active)
    report = load_report(settings, dataset.catalog)
    assert report is not None
    assert report.counts["leaks"] == 1
    assert read_job_state(settings, dataset.catalog) == job.JobState()


def test_a_check_is_active_while_locked_and_a_second_waits(settings: Settings, dataset: Dataset) -> None:
    waiting, results = threading.Event(), []

    def progress(done: int, total: int, what: str) -> None:
        if what.startswith("waiting for another process"):
            waiting.set()

    with hold_lock(lock_of(settings, dataset), silent, ""):
        assert read_job_state(settings, dataset.catalog).active
        second = threading.Thread(target=lambda: results.append(check_quality(settings, dataset, progress)))
        second.start()
        assert waiting.wait(120)
        assert load_report(settings, dataset.catalog) is None
    second.join(60)
    assert results == [load_report(settings, dataset.catalog)]
    assert not read_job_state(settings, dataset.catalog).active


def test_the_progress_can_be_read_from_outside(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def examine(dataset: Dataset, cache: Path, progress) -> None:
        monkeypatch.setattr(job, "INTERVAL", 0)
        progress(3, 10, "looking")
        seen.append(read_job_state(settings, dataset.catalog))
        raise DataError("enough")

    monkeypatch.setattr(job, "examine_images", examine)
    with pytest.raises(DataError, match="enough"):
        check_quality(settings, dataset)
    assert (seen[0].active, seen[0].done, seen[0].total, seen[0].what) == (True, 3, 10, "looking")


HANGING = """
import sys, time
from catdog.datasets import open_dataset
from catdog.datasets.quality import job
from catdog.settings import PROJECT, Settings

def hang(*_):
    print("at work", flush=True)
    time.sleep(60)

job.examine_images = hang
settings = Settings.from_environment()
job.check_quality(settings, open_dataset(settings, sys.argv[1]))
"""


def test_a_killed_check_is_cut_off_and_can_be_started_again(settings: Settings, dataset: Dataset) -> None:
    command = [sys.executable, "-c", HANGING, dataset.catalog.source]
    environment = os.environ | settings.environment()
    with subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert read_job_state(settings, dataset.catalog).active
        process.kill()
    state = read_job_state(settings, dataset.catalog)
    assert (state.active, state.cut_off, state.error) == (False, True, "")
    start_job(settings, dataset.catalog)
    wait_for(lambda: not read_job_state(settings, dataset.catalog).active)
    assert load_report(settings, dataset.catalog) is not None


def test_a_failed_check_says_why_in_one_sentence(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(job, "examine_images", fail)
    assert run_job(settings, dataset.catalog.source, dataset.catalog.fingerprint) == 1
    state = read_job_state(settings, dataset.catalog)
    assert "ZeroDivisionError" in state.error
    assert state.error.endswith(".")
    assert not state.active
    assert not state.cut_off


def test_data_that_changed_since_the_start_is_an_error(settings: Settings, dataset: Dataset) -> None:
    settings.cache.mkdir(exist_ok=True)
    assert run_job(settings, dataset.catalog.source, "another") == 1
    catalog = replace(dataset.catalog, fingerprint="another")
    assert "have just changed" in read_job_state(settings, catalog).error


def test_a_report_that_cannot_be_stored_is_one_sentence(settings: Settings, dataset: Dataset, full_disk) -> None:
    with full_disk(100), pytest.raises(DataError, match="can't be kept"):
        check_quality(settings, dataset)


def test_the_check_needs_no_tensorflow(settings: Settings, dataset: Dataset) -> None:
    code = (
        "import sys; from catdog.datasets.quality.job import run_job; from catdog.settings import Settings; "
        "status = run_job(Settings.from_environment(), *sys.argv[1:]); "
        "sys.exit(status or len({'tensorflow', 'keras', 'streamlit'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, dataset.catalog.source, dataset.catalog.fingerprint]
    environment = os.environ | settings.environment()
    assert subprocess.run(command, env=environment, cwd=PROJECT, check=False).returncode == 0
