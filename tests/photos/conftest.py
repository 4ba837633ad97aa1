"""What the tests on the real photos share.

Fixtures:
    photos_settings  Settings with a home of the session's own, to which the photos have been fetched once, and with
                     the real weights (CATDOG_PHOTOS_URL, CATDOG_BACKBONE_WEIGHTS). Only tests marked `photos` may
                     ask for it: the others are not skipped where there are no photos.
"""

import time
from dataclasses import replace

import pytest

from catdog import runs
from catdog.datasets import fetch_photos
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig


@pytest.fixture(scope="session")
def photos_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for the real photos and weights; the photos are there, decoded on first use."""
    settings = replace(Settings.from_environment(), home=tmp_path_factory.mktemp("real"))
    fetch_photos(settings)
    return settings


def train(settings: Settings, config: TrainConfig) -> runs.Run:
    """Train a run as a user would, and return it once it is done."""
    run = runs.launch(settings, config)
    try:
        while (run := runs.open_run(settings, run.id)).state in ACTIVE:
            time.sleep(0.1)
    finally:
        if run.state in ACTIVE:
            runs.stop_run(settings, run)
    assert run.state == "done", f"{run.status.error}\n{run.log_tail()}"
    return run
