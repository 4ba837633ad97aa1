"""model1 learns the drawn set within a few epochs, but not at once."""

import os
import signal
import time
from pathlib import Path

import pytest

from catdog import runs
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig

pytestmark = pytest.mark.slow

PASSED = 0.80


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """Epochs of model1 on the drawn images, with the notebook's settings: up to 8, or until one has passed."""
    home: Path = tmp_path_factory.mktemp("drawn")
    settings = Settings(home=home, photos_url="file:///nowhere")
    run = runs.launch(settings, TrainConfig("model1", "drawn", epochs=8))
    try:
        while run.state in ACTIVE and max(run.history()["val_accuracy"], default=0) <= PASSED:
            time.sleep(0.2)
            run = runs.open_run(settings, run.id)
    finally:
        if run.state in ACTIVE and run.status.pid:
            os.kill(run.status.pid, signal.SIGKILL)  # its scores are not needed
    assert run.state in ACTIVE or run.finished, f"{run.status.error}\n{run.log_tail()}"
    return run.history()


def test_model1_passes_80_percent_on_drawn_images_within_8_epochs(history: dict[str, list[float]]) -> None:
    assert max(history["val_accuracy"]) > PASSED


def test_drawn_images_are_not_memorized_in_the_first_epoch(history: dict[str, list[float]]) -> None:
    assert 0.4 < history["val_accuracy"][0] < 1.0
    assert history["accuracy"][0] < 0.95
