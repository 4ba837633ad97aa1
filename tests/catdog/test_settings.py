"""Settings: what the CATDOG_* variables mean, and that a child process reads the same."""

import os
from pathlib import Path

import pytest

from catdog.errors import UsageError
from catdog.settings import PHOTOS_URL, PROJECT, Settings


def test_without_variables_everything_lies_in_var_beside_the_dashboard():
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.home == PROJECT / "var"
    assert (PROJECT / "catdog").is_dir()
    assert settings.photos_url == PHOTOS_URL
    assert settings.backbone_weights is None
    assert settings.folders == ()
    assert settings.slots == 1


def test_empty_variables_count_as_not_given():
    names = ("CATDOG_HOME", "CATDOG_PHOTOS_URL", "CATDOG_BACKBONE_WEIGHTS", "CATDOG_FOLDERS", "CATDOG_SLOTS")
    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings()


def test_every_variable_is_read():
    settings = Settings.from_environment(
        {
            "CATDOG_HOME": "/elsewhere",
            "CATDOG_PHOTOS_URL": "file:///photos.zip",
            "CATDOG_BACKBONE_WEIGHTS": "/weights.h5",
            "CATDOG_FOLDERS": os.pathsep.join(("/one", "/two")),
            "CATDOG_SLOTS": "3",
        }
    )
    assert settings == Settings(
        home=Path("/elsewhere"),
        photos_url="file:///photos.zip",
        backbone_weights=Path("/weights.h5"),
        folders=(Path("/one"), Path("/two")),
        slots=3,
    )


def test_data_cache_and_runs_lie_in_home(tmp_path):
    settings = Settings(home=tmp_path)
    assert (settings.data, settings.cache, settings.runs) == (tmp_path / "data", tmp_path / "cache", tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []


def test_relative_paths_become_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment(
        {"CATDOG_HOME": "home", "CATDOG_FOLDERS": "mine", "CATDOG_BACKBONE_WEIGHTS": "w.h5"}
    )
    assert settings.home == tmp_path / "home"
    assert settings.folders == (tmp_path / "mine",)
    assert settings.backbone_weights == tmp_path / "w.h5"


def test_a_tilde_means_the_users_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings.from_environment({"CATDOG_HOME": "~/catdog"}).home == tmp_path / "catdog"


@pytest.mark.parametrize("slots", ["0", "-1", "two", "1.5", " "])
def test_slots_that_are_no_whole_number_from_1_up_are_refused(slots):
    with pytest.raises(UsageError, match="CATDOG_SLOTS"):
        Settings.from_environment({"CATDOG_SLOTS": slots})


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(Path("/home of mine"), "http://host/x.zip", Path("/w.h5"), (Path("/a"), Path("/b c")), slots=2),
    ],
)
def test_a_child_process_reads_the_same_settings(settings):
    assert Settings.from_environment(settings.environment()) == settings


def test_the_variables_of_this_process_are_read(environment):
    assert Settings.from_environment() == environment
