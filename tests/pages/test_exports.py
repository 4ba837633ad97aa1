"""Exporting a model on the Train page; the process that makes the file is replaced."""

import pytest

from catdog.errors import RunError
from catdog.export import FORMATS
from catdog.export.package import package_path
from tests.pages.conftest import button


@pytest.fixture
def finished(trained):
    """A finished run with all files that its model's zip is made of."""
    run = trained("model1")
    run.files.model.write_bytes(b"a model")
    run.files.predictions.write_text("path,label,probability,split\n")
    return run


@pytest.fixture
def made(monkeypatch):
    """Make zips without TensorFlow; list the formats that were made."""
    names = []

    def make(run, name, settings, progress):
        names.append(name)
        progress(1, 4, "writing the file")
        path = package_path(run, FORMATS[name], settings.cache)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"PK" + bytes(998_000))
        return path

    monkeypatch.setattr("pages.components.train.export.export_run", make)
    return names


@pytest.fixture
def details(app, finished):
    """The Train page with the run's details open."""
    page = app("train", {f"run-{finished.id}": True})
    assert not page.exception
    return page


def downloads(page):
    """The labels of the buttons that download a model."""
    labels = [element.label for element in page.get("download_button")]
    return [label for label in labels if label not in ("Notebook (.ipynb)", "Python script (.py)")]


def test_every_format_is_offered_made_once_and_downloaded(details, finished, made):
    formats = details.selectbox(key=f"format-{finished.id}")
    assert formats.options == [export_format.title for export_format in FORMATS.values()]
    assert downloads(details) == []
    button(details, "Make the file").click().run()
    assert made == ["keras"]
    assert downloads(details) == ["Download, 998 kB"]
    details.run()
    assert downloads(details) == ["Download, 998 kB"]
    assert not [element for element in details.button if element.label == "Make the file"]
    details.selectbox(key=f"format-{finished.id}").set_value("int8").run()
    assert downloads(details) == []
    button(details, "Make the file").click().run()
    assert made == ["keras", "int8"]


def test_a_format_that_can_not_be_made_is_one_sentence(details, monkeypatch):
    def refuse(*_):
        raise RunError("ONNX needs packages that are not installed: install them.")

    monkeypatch.setattr("pages.components.train.export.export_run", refuse)
    button(details, "Make the file").click().run()
    assert [error.value for error in details.error] == ["ONNX needs packages that are not installed: install them."]
    assert downloads(details) == []


def test_a_finished_run_can_be_downloaded_as_notebook_or_script(details):
    labels = [element.label for element in details.get("download_button")]
    assert labels == ["Notebook (.ipynb)", "Python script (.py)"]
