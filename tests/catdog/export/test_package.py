"""A zip is known by what went into it, whatever any clock says."""

import os
import shutil
import time
from dataclasses import replace

import pytest

from catdog.errors import RunError
from catdog.export import FORMATS, find_export
from catdog.export.package import package_path
from catdog.features.novelty import name_detector
from catdog.runs import create_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig

FORMAT = FORMATS["keras"]


@pytest.fixture
def run(settings: Settings):
    """A run with the files that an export is made of."""
    run = create_run(settings, TrainConfig("model1", "drawn"), "mine")
    for path in (run.files.model, run.files.tflite, run.files.evaluation, run.files.predictions):
        path.write_bytes(path.name.encode())
    return run


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def cache(settings):
    settings.cache.mkdir(parents=True)
    return settings.cache


def make_zip(run, cache):
    path = package_path(run, FORMAT, cache)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"PK")
    return path


@pytest.mark.parametrize("shift", [-86_400, 86_400, 3_000_000_000], ids=["yesterday", "tomorrow", "in a century"])
@pytest.mark.parametrize("shifted", ["zip", "model", "config"])
def test_a_clock_that_is_wrong_makes_nothing_again(run, cache, shift, shifted):
    path = make_zip(run, cache)
    then = time.time() + shift
    os.utime(path if shifted == "zip" else getattr(run.files, shifted), (then, then))
    assert find_export(run, FORMAT, cache) == path


@pytest.mark.parametrize("name", ["model", "tflite", "evaluation", "predictions"])
def test_another_content_is_noticed_even_of_the_same_time_and_length(run, cache, name):
    make_zip(run, cache)
    file = getattr(run.files, name)
    before = file.stat()
    file.write_bytes(file.read_bytes()[::-1])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find_export(run, FORMAT, cache) is None


def test_another_name_is_noticed_and_a_note_does_not_matter(settings, run, cache):
    path = make_zip(run, cache)
    run.files.add_to_config(note="the best")
    assert find_export(open_run(settings, run.id), FORMAT, cache) == path
    run.files.add_to_config(name="another")
    assert find_export(open_run(settings, run.id), FORMAT, cache) is None


def test_it_is_found_in_a_copy_of_the_home(settings, run, tmp_path, cache):
    path = make_zip(run, cache)
    shutil.copytree(settings.home, tmp_path / "copy")
    copied = open_run(replace(settings, home=tmp_path / "copy"), run.id)
    assert find_export(copied, FORMAT, cache).name == path.name


def test_what_tells_other_kinds_of_images_makes_it_anew(run, cache):
    run.files.add_to_config(data={"fingerprint": "f" * 16})
    run = open_run(Settings(home=cache.parent), run.id)
    path = make_zip(run, cache)
    assert find_export(run, FORMAT, cache) == path
    name_detector("f" * 16, "0" * 16, cache).write_bytes(b"made since then")
    assert find_export(run, FORMAT, cache) is None
    assert package_path(run, FORMAT, cache) != path


def test_a_file_is_read_once_for_many_looks(run, monkeypatch, cache):
    path = make_zip(run, cache)
    monkeypatch.setattr("hashlib.file_digest", lambda *arguments: pytest.fail("it was read again"))
    assert find_export(run, FORMAT, cache) == path


def test_without_a_zip_nothing_is_read_and_a_vanished_file_is_no_error(run, cache):
    run.files.model.unlink()
    assert find_export(run, FORMAT, cache) is None
    with pytest.raises(RunError, match=r"lacks a file that its model needs \(model\.keras"):
        make_zip(run, cache)
    (run.folder / "exports").mkdir()
    (run.folder / "exports" / "keras-0123456789ab.zip").touch()
    assert find_export(run, FORMAT, cache) is None
