"""Taking a model away on the Train page, with a stand-in for the process that makes the file."""

import pytest

from catdog.errors import RunError
from catdog.export import FORMATS
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
    """Make zips without TensorFlow; lists the formats that were asked for."""
    asked = []

    def make(run, name, settings, progress):
        asked.append(name)
        progress(1, 4, "writing the file")
        path = run.folder / "exports" / f"{name}-0123456789ab.zip"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"PK" + bytes(998_000))
        return path

    monkeypatch.setattr("pages.components.train.export.export_run", make)
    return asked


@pytest.fixture
def details(app, finished):
    """The Train page with the run's details open."""
    page = app("train")
    page.session_state[f"run-{finished.id}"] = True
    page.run()
    assert not page.exception
    return page


def downloads(page):
    """The labels of the buttons that download something."""
    return [one.label for one in page.get("download_button")]


def test_a_finished_run_offers_every_format_and_nothing_to_download_before_it_is_made(details, finished):
    assert details.selectbox(key=f"format-{finished.id}").options == [form.title for form in FORMATS.values()]
    assert downloads(details) == []


def test_a_file_that_was_made_can_be_downloaded_and_is_not_made_again(details, finished, made):
    button(details, "Make the file").click().run()
    assert made == ["keras"]
    assert downloads(details) == ["Download, 998 kB"]
    details.run()
    assert downloads(details) == ["Download, 998 kB"]
    assert not [one for one in details.button if one.label == "Make the file"]
    assert made == ["keras"]


def test_another_format_is_another_file(details, finished, made):
    button(details, "Make the file").click().run()
    details.selectbox(key=f"format-{finished.id}").set_value("int8").run()
    assert downloads(details) == []
    button(details, "Make the file").click().run()
    assert made == ["keras", "int8"]


def test_what_can_not_be_made_is_one_sentence(details, monkeypatch):
    def refuse(*_):
        raise RunError("ONNX needs packages that are not installed: install them.")

    monkeypatch.setattr("pages.components.train.export.export_run", refuse)
    button(details, "Make the file").click().run()
    assert [error.value for error in details.error] == ["ONNX needs packages that are not installed: install them."]
    assert downloads(details) == []
