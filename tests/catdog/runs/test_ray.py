"""Runs on a real Ray cluster: Ray queues and places them, and they behave as on this machine.

Three of them train a small network (tests/stuck.py), the one that goes from node to node trains model1.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from catdog import runs
from catdog.datasets.synthetic.generate import generate_dataset
from catdog.errors import RunError
from catdog.runs import Run
from catdog.settings import Cluster, Settings
from catdog.training import ACTIVE, TrainConfig
from tests.ray_cluster import RayCluster, ray_cluster
from tests.stuck import let_runs_get_stuck
from tests.waiting import wait_for

NO_RAY = find_spec("ray") is None  # importing it, here, would cost each test process that only collects
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NO_RAY, reason="needs ray: python -m pip install -r requirements-ray.txt"),
]

THREE = [TrainConfig("model1", "drawn", epochs=5, batch_size=16, seed=seed) for seed in range(3)]
PATIENCE, INTERVAL = 240.0, 0.25  # seconds
ALIKE = 1e-3  # of accuracies and losses: Ray gives a run one thread, this machine all


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    with ray_cluster(cpus=2) as started:
        yield started


def settings_of(home: Path, **options: object) -> Settings:
    settings = Settings(home=home, photos_url="file:///nowhere", **options)
    if not settings.data.exists():
        generate_dataset(settings.data / "drawn", training=40, validation=20)
    return settings


def state(settings: Settings, run: Run) -> str:
    return runs.open_run(settings, run.id).state


def ended(settings: Settings, run: Run) -> bool:
    return state(settings, run) not in ACTIVE


@dataclass
class Story:
    """What happened to three runs on the cluster."""

    settings: Settings
    runs: list[Run]
    most_at_once: int
    states_after: dict[str, str]
    killed: Run


@pytest.fixture(scope="module")
def story(cluster: RayCluster, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Submit three; stop one that waits and one that trains, kill one's process; resume all; wait for the end.

    The two that train hold in their second epoch until all are to be resumed (tests/stuck.py).
    """
    with pytest.MonkeyPatch.context() as patch:
        let_runs_get_stuck(patch)
        return tell_story(settings_of(tmp_path_factory.mktemp("ray"), cluster=Cluster(cluster.address)))


def tell_story(settings: Settings) -> Story:
    (settings.home / "stuck").write_text("hold 2")
    three = [runs.launch(settings, config) for config in THREE]
    after: dict[str, str] = {}
    most, waited, killed, stopped = 0, None, None, None

    def look() -> tuple[list[Run], list[Run]]:
        """Open all, and pick those that train."""
        nonlocal most
        now = [runs.open_run(settings, run.id) for run in three]
        training = [run for run in now if run.state in ("running", "stopping") and run.status.pid]
        most = max(most, len(training))
        return now, training

    def watch() -> bool:
        nonlocal waited, killed, stopped
        now, training = look()
        begun = [run for run in training if run.history()["epoch"] and run.id not in (killed, stopped)]
        if waited is None:
            waiting = [run for run in now if run.state == "queued"]
            if len(training) == 2 and waiting:
                waited = waiting[0].id
                runs.stop_run(settings, waiting[0])
                after["stopped while it waited"] = state(settings, waiting[0])
        elif begun and killed is None:
            killed = begun[0].id
            os.kill(begun[0].status.pid, signal.SIGKILL)
        elif begun and stopped is None:
            stopped = begun[0].id
            runs.stop_run(settings, begun[0])
        return all(run.state not in ACTIVE for run in now)

    wait_for(watch, PATIENCE, "the three runs did not end", INTERVAL)
    by_id = {run.id: run for run in three}
    after["killed"], after["stopped"] = state(settings, by_id[killed]), state(settings, by_id[stopped])
    (settings.home / "stuck").unlink()
    for run_id in (killed, stopped, waited):
        runs.resume_run(settings, by_id[run_id])
    wait_for(
        lambda: all(run.state not in ACTIVE for run in look()[0]), PATIENCE, "the resumed runs did not end", INTERVAL
    )
    done = {run.id: runs.open_run(settings, run.id) for run in three}
    return Story(settings, list(done.values()), most, after, done[killed])


def test_ray_lets_as_many_train_at_once_as_it_has_processors(story: Story) -> None:
    assert story.most_at_once == 2


def test_a_run_can_be_stopped_while_it_waits_and_while_it_trains(story: Story) -> None:
    assert story.states_after["stopped while it waited"] == "stopped"
    assert story.states_after["stopped"] == "stopped"


def test_a_run_whose_process_is_killed_is_interrupted(story: Story) -> None:
    assert story.states_after["killed"] == "interrupted"


def test_all_finish_once_those_that_were_cut_are_resumed(story: Story) -> None:
    assert [run.state for run in story.runs] == ["done"] * 3
    assert all(run.usable and run.test_accuracy is not None for run in story.runs)


def test_the_killed_one_has_the_history_it_has_on_this_machine(story: Story, tmp_path: Path, monkeypatch) -> None:
    let_runs_get_stuck(monkeypatch)  # nothing is to, but then it is the same network
    here = settings_of(tmp_path)
    run = runs.launch(here, story.killed.config)
    wait_for(lambda: ended(here, run), PATIENCE, "the run on this machine did not end", INTERVAL)
    mine, theirs = runs.open_run(here, run.id).history(), story.killed.history()
    for column in ("accuracy", "loss", "val_accuracy", "val_loss"):
        assert mine[column] == pytest.approx(theirs[column], abs=ALIKE), column


def test_a_run_waits_for_its_node_and_resumes_on_another(cluster: RayCluster, tmp_path: Path) -> None:
    anywhere = settings_of(tmp_path, cluster=Cluster(cluster.address))
    fast = replace(anywhere, cluster=Cluster(cluster.address, resources=(("fast", 1.0),)))
    run = runs.launch(fast, TrainConfig("model1", "drawn", epochs=4, batch_size=16))
    time.sleep(8)  # the head is idle, and would have begun by now
    assert state(fast, run) == "queued"
    cluster.join("--num-cpus=1", '--resources={"fast": 1}')
    wait_for(
        lambda: len(runs.open_run(fast, run.id).history()["epoch"]) > 1,
        PATIENCE,
        "the run did not begin on the new node",
        INTERVAL,
    )
    process = psutil.Process(runs.open_run(fast, run.id).status.pid)
    node = cluster.nodes[-1]
    assert node.pid in [parent.pid for parent in process.parents()]
    cluster.leave(node)
    wait_for(lambda: state(fast, run) == "interrupted", PATIENCE, "nobody noticed that the node is dead", INTERVAL)
    done = len(runs.open_run(fast, run.id).history()["epoch"])
    runs.resume_run(anywhere, run)
    wait_for(lambda: ended(anywhere, run), PATIENCE, "the resumed run did not end", INTERVAL)
    assert runs.open_run(anywhere, run.id).state == "done"
    assert len(runs.open_run(anywhere, run.id).history()["epoch"]) == 4 > done


def test_a_run_in_the_cluster_can_not_be_moved_up_in_a_queue_of_ours(cluster: RayCluster, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, cluster=Cluster(cluster.address, resources=(("never", 1.0),)))
    run = runs.launch(settings, THREE[0])
    with pytest.raises(RunError, match="decides itself which run is the next"):
        runs.move_up(settings, run)
    runs.stop_run(settings, run)
    assert state(settings, run) == "stopped"
    runs.delete_run(settings, run)
    assert not runs.list_runs(settings)
