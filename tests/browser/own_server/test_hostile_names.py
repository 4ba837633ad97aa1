"""Names of runs, notes, folders, classes and images that would be programs in a web page, and addresses with such ones.

All are shown as what they are.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from catdog.runs import Run, annotate_run, create_run, open_run
from catdog.training import TrainConfig
from catdog.training.worker import work
from tests.browser.server import NOWHERE, Server
from tests.browser.visitor import PAGES, main
from tests.light_training import train_lightly

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=hacked=1>"
NAME = f"{HOSTILE}<script>hacked=1</script>[a](javascript:1)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of pictures whose names, like those of the classes and of the folder, are hostile."""
    rng = np.random.default_rng(0)
    root = tmp_path / f"{HOSTILE} data"
    for name, low, high in ((f"{HOSTILE} one", 0, 120), (f"{HOSTILE} two", 130, 250)):
        (root / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(low, high, (60, 80, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number} {HOSTILE}.jpg")
    return root


@pytest.fixture
def hostile(start, folder: Path, learned: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[Server, Run]:
    """A server with this folder, and a run on it that has a hostile name and note; its model is another run's."""
    server = start(NOWHERE, folders=(folder,))
    run = create_run(server.settings, TrainConfig("model1", str(folder), epochs=1), NAME)
    annotate_run(server.settings, run, NAME)
    train_lightly(monkeypatch.setattr)
    assert work(run.files, server.settings) == 0
    for name in (run.files.model.name, run.files.tflite.name):
        shutil.copy(learned.folder / name, run.folder)
    run.files.note_scored(run.files.model, run.files.tflite)
    return server, open_run(server.settings, run.id)


def test_no_name_is_ever_run_as_a_program_on_any_page(hostile, visitors, folder):
    server, run = hostile
    visitor = visitors(server.address)
    window = visitor.window()
    for page in PAGES:
        visitor.go(window, page, data=str(folder), run=run.id, sample="1", picture=NAME, models=NAME, epochs=NAME)
        check_nothing_was_run(window, page)
        if page == "train":
            window.locator(f".st-key-run-{run.id} summary").click()
            expect(main(window).get_by_text("<script>hacked=1</script>").first).to_be_visible()
        if page in ("evaluate", "predict", "compare"):
            expect(main(window).get_by_text(HOSTILE).first).to_be_attached()
        check_nothing_was_run(window, page)
    for page in ("browse", "compare", "evaluate", "predict"):  # which read a run or a sample
        visitor.go(window, page, data=NAME, run=NAME, sample=NAME)
        check_nothing_was_run(window, page)


def check_nothing_was_run(window: Page, page: str) -> None:
    """Look for what the names would leave behind as programs."""
    assert window.evaluate("window.hacked") is None, page
    expect(window.locator("img[src=x]")).to_have_count(0)
    expect(window.locator("a[href^='javascript:']")).to_have_count(0)
