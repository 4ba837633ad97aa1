"""What the page tests share: an app of its own for each test, on a small drawn set.

Fixtures:
    app      opens a page as a link to it does: app("browse", sample="7") returns Streamlit's AppTest after its first
             run, with the address bar /browse?sample=7. No exception may have reached the page. A dictionary after
             the page's name is what the session's state has already, such as {"run-ID": True} for details of a run.
    place    the Settings of this test; its home holds a drawn set of 24 + 40 images.
    trained  makes a finished run without training: trained("model1", test=0.75) returns the Run. Its model predicts
             class 1 for an image that is bluer than it is red, else class 0.
    stored   lets pages find features of the images without MobileNetV2: their colours, mixed.
    started  lists the ids of the runs that would have been started; no process is.
    polls    lists how often, in seconds, the fragments that run by themselves do so.
"""

import gc
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from catdog.datasets import open_dataset
from catdog.datasets.statistics import compute_statistics
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.runs import Run, create_run, open_run
from catdog.settings import PROJECT, Settings
from catdog.training import TrainConfig
from catdog.utils.files import write_json
from pages.components import access, features, identity, page, serving, state
from pages.components.uploads import get_upload_counts
from tests import stored_features


@pytest.fixture(autouse=True, scope="session")
def _do_without_what_only_costs_time():
    """Leave out two things that Streamlit's AppTest does, which change nothing that a page shows.

    The first AppTest looks through every installed package for Streamlit components, and finds none: a second. While
    a page runs, AppTest asks a thousand times a second whether it is through, and each time goes through all its
    messages, a tenth of what the tests took: here it sleeps until the page is through.
    """

    def wait(runner, timeout):
        runner._script_thread.join(timeout)
        require_widgets_deltas(runner, 1)

    require_widgets_deltas = local_script_runner.require_widgets_deltas
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(autouse=True, scope="module")
def _leave_out_of_the_garbage_what_is_there():
    """Streamlit collects garbage after each run of a page: 0.4 s where the tests before have imported TensorFlow."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _started(monkeypatch):
    """Each test has a server that has just started: what it decides, it reads from the environment anew each time."""
    monkeypatch.setattr(serving, "started", just_started)
    for module in (access, identity, page, state):
        monkeypatch.setattr(module, "started", just_started)
    yield
    serving.sign_outs.cache_clear()
    get_upload_counts.cache_clear()


def just_started() -> serving.Start:
    """Return what a server that starts at this moment decides; a run of a page, which asks often, decides it once."""
    run = threading.current_thread()
    if run.name != "ScriptRunner.scriptThread":  # each run has such a thread of its own
        return serving.Start(Settings.from_environment(), serving.read_auth())
    if not hasattr(run, "start_decided"):
        run.start_decided = serving.Start(Settings.from_environment(), serving.read_auth())
    return run.start_decided


@pytest.fixture(scope="session")
def drawn_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a home with a small drawn set, decoded and with its statistics: made once, to be read only."""
    settings = Settings(home=tmp_path_factory.mktemp("drawn"))
    generate_dataset(settings.data / "drawn", training=24, validation=40)
    compute_statistics(open_dataset(settings, "drawn"), settings.cache)
    return settings


@pytest.fixture
def place(environment: Settings, drawn_home: Settings) -> Iterator[Settings]:
    """The settings that the app under test reads; links in its home lead to the drawn set and what is decoded of it."""
    for folder in (environment.data, environment.cache):
        folder.mkdir(parents=True)
    (environment.data / "drawn").symlink_to(drawn_home.data / "drawn")
    for file in drawn_home.cache.iterdir():
        if file.suffix != ".lock":  # a lock that is a link can't be opened
            (environment.cache / file.name).symlink_to(file)
    yield environment
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(place: Settings) -> Callable[..., AppTest]:
    """Open a page by its name, with a state of the session and parameters for the address bar."""

    def open_page(page: str = "overview", state: dict | None = None, /, **address: str | list[str]) -> AppTest:
        test = AppTest.from_file(str(PROJECT / "pages" / "app.py"), default_timeout=60)
        test.switch_page(f"{page}.py")
        test.query_params = dict(address)
        for name, value in (state or {}).items():
            test.session_state[name] = value
        test.run()
        assert not test.exception
        return test

    return open_page


@pytest.fixture
def trained(place: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Make finished runs whose model tells cold pictures from warm ones."""
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", lambda path, name: ColourPredictor())

    def make(
        model: str = "model1", source: str = "drawn", validation: float = 0.79, test: float = 0.75, **details: object
    ) -> Run:
        run = create_run(place, TrainConfig(model=model, source=source, epochs=3))
        run.files.tflite.write_bytes(b"stands for a model")
        run.files.add_to_config(data={"source": source, "classes": ["cats", "dogs"]}, **details)
        scores = {"validation": {"accuracy": validation}, "test": {"accuracy": test, "loss": 0.5, "photos": 8}}
        write_json(run.files.evaluation, scores)
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.8, best_epoch=2, epoch=3))
        return open_run(place, run.id)

    return make


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Features in the place of MobileNetV2's."""
    monkeypatch.setattr(features, "find_weights", stored_features.find_weights)
    monkeypatch.setattr(features, "make_features", stored_features.make_features)
    monkeypatch.setattr(features, "PATIENCE", 60)  # else a busy machine shows how far it is


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start no process; list the ids of the runs that would have been started."""
    names = []
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: names.append(files.path.name))
    return names


@pytest.fixture
def polls(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How often the page's fragments that run by themselves do so, in seconds."""
    intervals: list[float] = []
    fragment = st.fragment

    def note(*args, run_every=None, **options):
        intervals.extend([run_every] if run_every else [])
        return fragment(*args, run_every=run_every, **options)

    monkeypatch.setattr(st, "fragment", note)
    return intervals


class ColourPredictor:
    """Takes the place of a trained model."""

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        """Return 0.9 for images that are bluer than red, 0.1 for others, 0.49 for grey ones; float64 (N,)."""
        red, blue = pixels[..., 0].mean(axis=(1, 2)), pixels[..., 2].mean(axis=(1, 2))
        return np.select([blue > red, blue < red], [0.9, 0.1], 0.49)

    def predict_timed(self, image: np.ndarray) -> tuple[float, float]:
        """Return the same of a single image, and 2 ms."""
        return float(self.predict(image[np.newaxis])[0]), 0.002


def text_of(test: AppTest) -> str:
    """Return all words on the page, the sidebar's included; links to the glossary are plain words."""
    kinds = (test.title, test.header, test.subheader, test.markdown, test.caption, test.info, test.warning, test.error)
    text = "\n".join(str(element.value) for elements in kinds for element in elements)
    return re.sub(r"\[([^\]]+)\]\(\./glossary\?term=[\w-]+\)", r"\1", text)


def alternatives(test: AppTest) -> list[str]:
    """Return the alternative texts of all images, in order."""
    return [image.proto.imgs[0].alt for image in test.image]


def button(test: AppTest, label: str):
    """Return the button with this label."""
    return next(element for element in test.button if element.label == label)


def copy_drawn_set(settings: Settings) -> Path:
    """Put a copy of the drawn set, which a test may change, in place of the link to it; return its folder."""
    root = settings.data / "drawn"
    source = root.resolve()
    root.unlink()
    return shutil.copytree(source, root)


def coloured_folder(root: Path, **classes: int) -> Path:
    """Write a folder of two classes with so many small images of one colour each."""
    for label, (name, count) in enumerate(classes.items()):
        (root / name).mkdir(parents=True)
        for index in range(count):
            colour = np.full((20, 30, 3), 40 + 150 * label + index % 40, np.uint8)
            Image.fromarray(colour).save(root / name / f"{index}.jpg")
    return root
