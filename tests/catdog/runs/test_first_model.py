"""The first model: started once, and only where it is wanted."""

from dataclasses import replace
from pathlib import Path

import pytest

from catdog.datasets.synthetic.generate import generate_dataset
from catdog.errors import WeightsError
from catdog.models.mobilenet import Weights
from catdog.runs import create_run, first_model, list_runs
from catdog.runs.first_model import is_first_model_due, launch_first_model, start_first_model
from catdog.settings import Cluster, Settings
from catdog.training import TrainConfig
from catdog.training.recipes import make_quick_config


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    """A small drawn set; do not change it."""
    folder = tmp_path_factory.mktemp("data") / "drawn"
    generate_dataset(folder, training=24, validation=40)
    return folder


@pytest.fixture
def fresh(settings: Settings, drawn: Path, monkeypatch) -> Settings:
    """A home with a drawn set and no run, where a first model is wanted and weights are at hand."""
    settings.data.mkdir()
    (settings.data / "drawn").symlink_to(drawn)
    monkeypatch.setattr(first_model, "find_weights", lambda *_: Weights(Path("/weights.h5"), "weights of a test"))
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    return replace(settings, first_model=True)


@pytest.fixture
def processes(monkeypatch) -> list[str]:
    """The modules that would have been started as processes."""
    modules: list[str] = []
    monkeypatch.setattr(first_model, "start_process", lambda module, **_: modules.append(module))
    return modules


def test_a_fresh_machine_gets_one_quick_model4(fresh, processes):
    start_first_model(fresh)
    assert processes == ["catdog.runs.first_model"]
    run = launch_first_model(fresh)
    assert run.config == make_quick_config("drawn")
    assert run.data["counts"]["training"] == {"cats": 12, "dogs": 12}
    assert launch_first_model(fresh) is None
    start_first_model(fresh)
    assert len(processes) == len(list_runs(fresh)) == 1


def test_any_run_whatever_became_of_it_is_enough(fresh, processes):
    create_run(fresh, TrainConfig("model1", "drawn"))
    start_first_model(fresh)
    assert (launch_first_model(fresh), processes) == (None, [])


@pytest.mark.parametrize(
    "changes", [{"first_model": False}, {"members": Path("/members.txt")}, {"cluster": Cluster("http://host:8265")}]
)
def test_it_is_due_on_ones_own_machine_only(fresh, changes):
    assert is_first_model_due(fresh)
    assert not is_first_model_due(replace(fresh, **changes))


def test_without_weights_there_is_no_run_and_one_line(fresh, monkeypatch, capfd):
    def fail(settings):
        raise WeightsError("MobileNetV2's weights can't be had: connect to the internet.")

    for name, value in fresh.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(first_model, "find_weights", fail)
    monkeypatch.setattr(first_model, "log_to_stderr", lambda: None)
    assert first_model.main() == 1
    assert list_runs(fresh) == []
