"""What killed processes left is removed at the next start; what belongs to a run, a set or a living process stays."""

import os
import time

import pytest
from filelock import FileLock

from catdog.__main__ import main
from catdog.runs import create_run
from catdog.runs.cleanup import clean_home
from catdog.training import TrainConfig

DIGEST, PART = "0123456789abcdef", "0a1b2c3d"
#: What a killed process leaves, below the home, with the lock that says whether a process is still at it.
LEFT = {
    f"data/.photos-{PART}/photos.zip": "data/photos.lock",
    f"data/.photos-{PART}/photos/train/cats/cat.1.jpg": "data/photos.lock",
    f"data/.drawn-{PART}/train/cats/1.png": "data/drawn.lock",
    f"data/own/.new-{PART}/cats/1.jpg": "data/own.lock",
    f"data/own/.gone-{PART}/cats/1.jpg": "data/own.lock",
    f"cache/.{DIGEST}-160-1-{PART}.npy": f"cache/{DIGEST}-160-1.lock",
    f"cache/..mobilenet_v2_1.0_160_no_top-{PART}-{PART}.h5": "cache/mobilenet_v2_1.0_160_no_top.lock",
    f"tmp/{PART}/tmpabc/variables/variables.data": f"tmp/{PART}/.lock",
    f"runs/RUN/.model-{PART}.keras": "runs/RUN/.lock",
    f"runs/RUN/.model-{PART}.tflite": "runs/RUN/.lock",
    f"runs/RUN/.predictions-{PART}.csv": "runs/RUN/.lock",
    "runs/RUN/checkpoint.new/state.npz": "runs/RUN/.lock",
    f"runs/RUN/exports/.keras-{PART}/model.keras": "runs/RUN/exports/.keras.lock",
    f"runs/RUN/exports/.keras-{DIGEST[:12]}-{PART}.zip": "runs/RUN/exports/.keras.lock",
}
UNLOCKED = [
    f"cache/.{DIGEST}-facts-1-{PART}.npz",
    f"data/.excluded-{DIGEST}-{PART}.json",
    f"runs/RUN/.status-{PART}.json",
    f"runs/.20261126-101112-model1-{PART[:4]}/config.json",
]
KEPT = [
    "data/photos/train/cats/cat.1.jpg",
    "data/own/shapes/set.json",
    f"data/excluded-{DIGEST}.json",
    f"cache/{DIGEST}-160-1.npy",
    "runs/RUN/model.keras",
    "runs/RUN/checkpoint/state.npz",
    "runs/RUN/checkpoint.old/state.npz",
    f"runs/RUN/exports/keras-{DIGEST[:12]}.zip",
    "runs/RUN/exports/.keras.log",
]


@pytest.fixture
def home(environment):
    """A home after a run, a set and many processes that were killed; RUN in the names above is the run's folder."""
    run = create_run(environment, TrainConfig("model1"), "mine")
    (environment.home / "runs" / "RUN").symlink_to(run.folder.name)  # a link in runs is passed over, so it stays
    for name in [*LEFT, *UNLOCKED, *KEPT]:
        path = environment.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"some bytes")
    (run.folder / "exports" / ".keras.lock").touch()
    return environment


def present(home, names):
    return [name for name in names if (home.home / name).exists()]


def test_all_that_killed_processes_left_is_removed_and_nothing_else(home):
    clean_home(home)
    assert present(home, LEFT) == []
    assert present(home, KEPT) == KEPT
    assert present(home, UNLOCKED) == UNLOCKED  # they may be under way: no lock tells


def test_what_is_written_without_a_lock_goes_once_it_is_old(home):
    for path in [home.home / name for name in UNLOCKED]:
        for part in (path, path.parent) if "model1" in str(path) else (path,):
            os.utime(part, (time.time() - 3600,) * 2)
    clean_home(home)
    assert present(home, UNLOCKED) == []
    assert present(home, KEPT) == KEPT


@pytest.mark.parametrize("lock", sorted(set(LEFT.values())))
def test_what_a_living_process_works_on_stays(home, lock):
    with FileLock(home.home / lock):
        clean_home(home)
    assert present(home, LEFT) == [name for name in LEFT if LEFT[name] == lock]


def test_a_half_deleted_run_is_removed_by_the_next_command(home, capsys):
    (home.runs / ".deleted-20261126-101112-model1-abcd").mkdir()
    (home.runs / ".deleted-20261126-101112-model1-abcd" / "model.keras").touch()
    assert main(["runs"]) == 0
    assert "mine" in capsys.readouterr().out
    assert not list(home.runs.glob(".deleted-*"))
    assert present(home, LEFT) == []


def test_a_home_that_does_not_exist_is_not_made(settings):
    missing = type(settings)(home=settings.home / "missing")
    clean_home(missing)
    assert not missing.home.exists()
