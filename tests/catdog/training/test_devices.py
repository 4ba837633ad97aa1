"""Several devices share each batch by themselves; one, and none, need nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from catdog.settings import PROJECT
from catdog.training import devices
from catdog.training.history import read_history
from catdog.utils.files import read_json

# two logical processors stand in for two graphics processors, which must be set up before TensorFlow starts
SET_UP = """
import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from catdog import runs
from catdog.settings import Settings
from catdog.training import TrainConfig, acceleration, checkpoint, devices, loop, worker
from catdog.training.history import read_history
from catdog.training.reporter import Reporter

processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
names = [device.name for device in tf.config.list_logical_devices("CPU")]
devices.list_replicas = acceleration.list_replicas = lambda: names
used = []
strategy = devices.get_strategy


def noted():
    used.append(strategy())
    return used[-1]


loop.get_strategy = noted
settings = Settings(home=Path(sys.argv[1]), photos_url="file:///nowhere")
run = runs.create_run(settings, TrainConfig("model3", sys.argv[2], epochs=2, batch_size=4, seed=3))
told = {"folder": str(run.folder)}
"""

TRAIN = """
assert worker.work(run.files, settings) == 0
told["copies"] = used[-1].num_replicas_in_sync
print(json.dumps(told))
"""

STOP_AND_RESUME = """
class StopsInEpoch2(Reporter):
    def batch_end(self, batch, logs=None):
        if (self.status.epoch, batch) == (2, 1):
            runs.stop_run(settings, run)
        super().batch_end(batch, logs)


def load(folder, model):
    stored = np.load(folder.checkpoint / checkpoint.STATE)
    before = [variable.numpy() for variable in model.trainable_variables]
    epochs = checkpoint.load_checkpoint(folder, model)
    variables = [*model.variables, *model.optimizer.variables]
    told["iterations"] = int(model.optimizer.iterations.numpy())
    told["moved"] = not any(map(np.array_equal, before, (variable.numpy() for variable in model.trainable_variables)))
    # what every device holds, of every variable
    told["copies"] = [len(used[-1].experimental_local_results(variable.value)) for variable in variables]
    told["exact"] = [
        all(np.array_equal(copy.numpy(), stored[name]) for copy in used[-1].experimental_local_results(variable.value))
        for variable, name in zip(variables, stored.files, strict=True)
    ]
    return epochs


def save(folder, model, epochs):
    checkpoint.save_checkpoint(folder, model, epochs)
    told.setdefault("saved", []).append(int(model.optimizer.iterations.numpy()))


loop.save_checkpoint = save
worker.Reporter = StopsInEpoch2
assert worker.work(run.files, settings) == 0
told["stopped"] = [run.files.read_status().state, [epoch.epoch for epoch in read_history(run.files.history)]]
worker.Reporter, loop.load_checkpoint = Reporter, load
assert worker.work(run.files, settings) == 0
print(json.dumps(told))
"""


def told_by(script: str, home: Path, source: Path) -> dict:
    """Return what a process of two devices says of the run that the script makes."""
    command = [sys.executable, "-c", SET_UP + script, str(home), str(source)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> tuple[Path, int]:
    """The folder of a run on two devices, and how many copies of the weights there were."""
    told = told_by(TRAIN, tmp_path_factory.mktemp("shared"), picture_folder)
    return Path(told["folder"]), told["copies"]


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> dict:
    """What is told of the same run, stopped in its second epoch and resumed."""
    return told_by(STOP_AND_RESUME, tmp_path_factory.mktemp("resumed"), picture_folder)


def test_two_devices_share_each_batch_by_themselves(shared: tuple[Path, int]) -> None:
    assert shared[1] == 2


def test_a_run_on_two_devices_ends_with_history_model_and_scores(shared: tuple[Path, int]) -> None:
    folder, _ = shared
    assert read_json(folder / "status.json")["state"] == "done"
    assert [epoch.epoch for epoch in read_history(folder / "history.csv")] == [1, 2]
    assert {"model.keras", "model.tflite", "evaluation.json"} <= {path.name for path in folder.iterdir()}


def test_the_fused_update_which_knows_one_copy_of_the_weights_is_not_used_on_two(shared: tuple[Path, int]) -> None:
    faster = read_json(shared[0] / "config.json")["faster"]
    assert not any("Adam" in words for words in faster)


def test_a_stopped_run_on_two_devices_goes_on_with_the_stored_numbers_on_both(resumed: dict) -> None:
    assert resumed["stopped"] == ["stopped", [1]]
    assert resumed["moved"]
    assert set(resumed["exact"]) == {True}
    assert max(resumed["copies"]) == 2


def test_the_optimizer_of_a_resumed_run_on_two_devices_goes_on_counting(resumed: dict) -> None:
    assert resumed["iterations"] == 6  # 24 training pictures in batches of 4
    assert resumed["saved"] == [6, 12]


def test_a_stopped_run_on_two_devices_ends_as_one_that_was_never_stopped(
    resumed: dict, shared: tuple[Path, int]
) -> None:
    folder = Path(resumed["folder"])
    assert read_json(folder / "status.json")["state"] == "done"
    found, expected = (read_history(one / "history.csv") for one in (folder, shared[0]))
    assert [epoch.epoch for epoch in found] == [1, 2]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        values = [[getattr(epoch, name) for epoch in epochs] for epochs in (found, expected)]
        # the losses are tiny here, and without the optimizer's numbers the second is twice as large
        assert values[0] == pytest.approx(values[1], rel=0.05)


def test_one_device_needs_no_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    assert devices.list_replicas() == []
    assert devices.get_strategy() is tf.distribute.get_strategy()
    one = [type("Device", (), {"name": "/device:GPU:0"})()]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: one)
    assert devices.list_replicas() == []


def test_several_graphics_processors_are_named_and_all_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    def device(number: int) -> object:
        return type("Device", (), {"name": f"/device:GPU:{number}"})()

    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [device(0), device(1)])
    assert devices.list_replicas() == ["/device:GPU:0", "/device:GPU:1"]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [device(0), device(1)])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "NVIDIA H100"})
    assert devices.describe_device() == "2 × NVIDIA H100"


def test_without_a_graphics_processor_the_words_say_cpu_and_cores() -> None:
    assert devices.describe_device().startswith("CPU (")
    assert "core" in devices.describe_device()
