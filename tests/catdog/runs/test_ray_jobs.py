"""The Ray executor without a cluster: what is said where none can be reached; nothing is lost."""

import builtins
from dataclasses import replace

import pytest

from catdog import runs
from catdog.errors import RunError
from catdog.runs.executors.ray import Jobs
from catdog.settings import Cluster
from catdog.training import TrainConfig
from catdog.utils.files import write_json

NOWHERE = Cluster("http://127.0.0.1:9")  # no server listens there
CONFIG = TrainConfig("model1", "drawn")


def test_a_cluster_out_of_reach_fails_the_run_which_can_be_resumed(settings):
    pytest.importorskip("ray")

    away = replace(settings, cluster=NOWHERE)
    with pytest.raises(RunError, match=r"at http://127.0.0.1:9 can't be reached: .* can be resumed\.$"):
        runs.launch(away, CONFIG)
    (run,) = runs.list_runs(away)
    assert run.state == "failed"
    assert run.resumable
    assert "can't be reached" in run.status.error
    assert not run.files.job.exists()


def test_without_ray_one_sentence_says_how_to_install_it(settings, monkeypatch):
    real = builtins.__import__

    def no_ray(name, *arguments, **options):
        if name.split(".")[0] == "ray":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", no_ray)
    with pytest.raises(RunError, match=r"ray is not installed: python -m pip install -r requirements-ray\.txt\.$"):
        runs.launch(replace(settings, cluster=NOWHERE), CONFIG)


def waiting(settings, cluster: Cluster):
    """Return a run that waits in a cluster."""
    run = runs.create_run(settings, CONFIG)
    write_json(run.files.job, {"address": cluster.address, "id": "job-1"})
    return run


def test_a_run_in_a_cluster_out_of_reach_goes_on_waiting(settings):

    run = waiting(settings, NOWHERE)
    run.files.write_status(replace(run.status, queued=0.0))
    assert runs.open_run(replace(settings, cluster=NOWHERE), run.id).state == "queued"
    assert runs.open_run(settings, run.id).state == "queued"  # here, where nobody knows of the cluster


def test_what_ray_says_of_another_cluster_is_not_believed(settings, monkeypatch):
    run = waiting(settings, Cluster("http://other:8265"))
    assert Jobs(NOWHERE).state(run.files) is None


@pytest.mark.parametrize(
    ("ray_state", "state"),
    [
        ("PENDING", "queued"),
        ("RUNNING", "queued"),
        ("FAILED", "interrupted"),
        ("STOPPED", "interrupted"),
        ("", "interrupted"),
    ],
)
def test_what_ray_says_decides_of_a_run_whose_process_has_not_spoken(settings, monkeypatch, ray_state, state):

    run = waiting(settings, NOWHERE)
    monkeypatch.setattr(Jobs, "state", lambda self, files: ray_state)
    assert runs.open_run(replace(settings, cluster=NOWHERE), run.id).state == state


def test_stopping_a_run_of_a_cluster_that_is_not_set_says_what_to_set(settings):
    run = waiting(settings, NOWHERE)
    with pytest.raises(RunError, match="set CATDOG_EXECUTOR=ray"):
        runs.stop_run(settings, run)
