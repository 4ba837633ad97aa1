"""catdog.settings: what the CATDOG_* variables mean, and that a child process reads the same."""

import os
from pathlib import Path

import pytest

from catdog.errors import UsageError
from catdog.settings import (
    CLASS_LIMITS,
    PHOTOS_URL,
    PROJECT,
    RAY_ADDRESS,
    Cluster,
    Limits,
    Settings,
    read_cluster,
    read_limits,
)


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
            "CATDOG_MEMBERS": "/members.txt",
            "CATDOG_OWNERS": "/owners.txt",
            "CATDOG_FIRST_MODEL": "0",
            "CATDOG_PRIVATE_RUNS": "1",
            "CATDOG_LESSONS": "/lessons",
        }
    )
    assert settings == Settings(
        home=Path("/elsewhere"),
        photos_url="file:///photos.zip",
        backbone_weights=Path("/weights.h5"),
        folders=(Path("/one"), Path("/two")),
        slots=3,
        members=Path("/members.txt"),
        owners=Path("/owners.txt"),
        limits=CLASS_LIMITS,
        first_model=False,
        private_runs=True,
        lessons=Path("/lessons"),
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


@pytest.mark.parametrize("name", ["CATDOG_HOME", "CATDOG_FOLDERS", "CATDOG_MEMBERS", "CATDOG_OWNERS"])
def test_the_home_of_a_user_who_is_not_there_is_one_sentence(name):
    with pytest.raises(UsageError, match=r"^There is no home folder for '~nobody-of-this-name/x': "):
        Settings.from_environment({name: "~nobody-of-this-name/x"})


@pytest.mark.parametrize("slots", ["0", "-1", "two", "1.5", " ", "²", "٣", "１２", "1_0", "+1", "1e3", "\udcff"])
def test_slots_that_are_no_whole_number_from_1_up_are_refused(slots):
    with pytest.raises(UsageError, match=r"^CATDOG_SLOTS is .* a whole number from 1 up: set it to 1\.$"):
        Settings.from_environment({"CATDOG_SLOTS": slots})


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(Path("/home of mine"), "http://host/x.zip", Path("/w.h5"), (Path("/a"), Path("/b c")), slots=2),
        Settings(members=Path("/m.txt"), owners=Path("/o.txt"), limits=CLASS_LIMITS),
    ],
)
def test_a_child_process_reads_the_same_settings(settings):
    assert Settings.from_environment(settings.environment()) == settings


def test_the_variables_of_this_process_are_read(environment):
    assert Settings.from_environment() == environment


def test_runs_train_on_this_machine_unless_the_executor_is_ray():
    assert read_cluster({}) is None
    assert read_cluster({"CATDOG_EXECUTOR": "local", "RAY_ADDRESS": "http://head:8265"}) is None


def test_the_cluster_is_read_from_the_environment_and_handed_on():
    values = {
        "CATDOG_EXECUTOR": "ray",
        "CATDOG_RAY_ADDRESS": "http://head:8265/",
        "CATDOG_RAY_CPUS": "4",
        "CATDOG_RAY_GPUS": "0.5",
        "CATDOG_RAY_MEMORY": "123.4567895",
        "CATDOG_RAY_RESOURCES": "fast,big=0.5",
    }
    cluster = read_cluster(values)
    assert cluster == Cluster("http://head:8265", 4, 0.5, 123_456_789_500, (("fast", 1.0), ("big", 0.5)))
    assert read_cluster(cluster.environment()) == cluster
    settings = Settings.from_environment(values)
    assert Settings.from_environment(settings.environment()).cluster == cluster


def test_rays_own_variable_is_used_where_ours_is_not_set():
    assert read_cluster({"CATDOG_EXECUTOR": "ray", "RAY_ADDRESS": "https://ray.school"}).address == "https://ray.school"
    assert read_cluster({"CATDOG_EXECUTOR": "ray"}).address == RAY_ADDRESS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CATDOG_EXECUTOR", "slurm"),
        ("CATDOG_RAY_ADDRESS", "ray://head:10001"),
        ("CATDOG_RAY_CPUS", "many"),
        ("CATDOG_RAY_GPUS", "-1"),
        ("CATDOG_RAY_MEMORY", "nan"),
        ("CATDOG_RAY_MEMORY", "²"),
        ("CATDOG_RAY_CPUS", "½"),
        ("CATDOG_RAY_CPUS", "٣"),
        ("CATDOG_RAY_CPUS", "1_0"),
        ("CATDOG_RAY_GPUS", "inf"),
        ("CATDOG_RAY_RESOURCES", "fast=²"),
        ("CATDOG_RAY_RESOURCES", "fast=very"),
    ],
)
def test_a_bad_value_for_ray_is_one_sentence_with_its_variable(name, value):
    with pytest.raises(UsageError, match=rf"^{name} |^The Ray address is .*{name}") as caught:
        read_cluster({"CATDOG_EXECUTOR": "ray", name: value})
    assert str(caught.value).endswith(".")


def test_one_person_alone_has_no_limits_and_a_class_has_some():
    assert read_limits({}) == Limits() == Limits(0, 0, 0)
    assert read_limits({"CATDOG_MEMBERS": "/members.txt"}) == CLASS_LIMITS
    assert min(CLASS_LIMITS.runs, CLASS_LIMITS.upload, CLASS_LIMITS.stored) > 0


def test_every_limit_can_be_set_and_0_means_none():
    values = {"CATDOG_LIMIT_RUNS": "3", "CATDOG_LIMIT_UPLOAD": "10", "CATDOG_LIMIT_STORED": "20"}
    assert read_limits(values) == Limits(3, 10_000_000, 20_000_000)
    assert read_limits({"CATDOG_MEMBERS": "/members.txt", "CATDOG_LIMIT_RUNS": "0"}).runs == 0
    assert read_limits(read_limits(values).environment()) == read_limits(values)


def test_a_child_process_reads_the_same_limits_however_large():
    large = read_limits({"CATDOG_LIMIT_UPLOAD": "123456789", "CATDOG_LIMIT_STORED": "1234567"})
    assert read_limits(large.environment()) == large


@pytest.mark.parametrize("text", ["-1", "many", "1.5", " ", "9" * 10, "٣", "²", "1_0"])
def test_a_limit_that_is_no_whole_number_is_refused(text):
    with pytest.raises(UsageError, match=r"^CATDOG_LIMIT_UPLOAD is .*, 0 for no limit: set it to 20\.$"):
        read_limits({"CATDOG_LIMIT_UPLOAD": text})
