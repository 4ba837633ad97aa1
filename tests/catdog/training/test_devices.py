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

pytestmark = pytest.mark.slow

# two logical CPUs stand for two GPUs, and must be set up before TensorFlow starts
SCRIPT = """
import json
import sys
from pathlib import Path

from catdog.utils.processes import hasten_tensorflow

hasten_tensorflow()

import keras
import numpy as np
import tensorflow as tf

from catdog import runs
from catdog.settings import Settings
from catdog.training import TrainConfig, acceleration, checkpoint, devices, loop, worker
from catdog.training.history import read_history
from catdog.training.reporter import Reporter

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
names = [device.name for device in tf.config.list_logical_devices("CPU")]
devices.list_replicas = acceleration.list_replicas = lambda: names
settings = Settings(home=Path(sys.argv[1]), photos_url="file:///nowhere")
config = TrainConfig("model3", sys.argv[2], epochs=2, batch_size=4, seed=3)
strategies = []


def get_strategy():
    strategies.append(devices.get_strategy())
    return strategies[-1]


def build_model(name, weights, augmentation, seed, scaling):
    images = keras.Input((160, 160, 3))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(images)
    x = keras.layers.Conv2D(8, 5, strides=5, activation="relu")(x)
    x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Dropout(0.25)(keras.layers.GlobalAveragePooling2D()(x))
    return keras.Model(images, keras.layers.Dense(1, activation="sigmoid")(x))


class StopsInEpoch2(Reporter):
    def batch_end(self, batch, logs=None):
        if (self.status.epoch, batch) == (2, 1):
            runs.stop_run(settings, run)
        super().batch_end(batch, logs)


def load_checkpoint(folder, model):
    stored = np.load(folder.checkpoint / checkpoint.STATE)
    before = [variable.numpy() for variable in model.trainable_variables]
    epochs = checkpoint.load_checkpoint(folder, model)
    variables = [*model.variables, *model.optimizer.variables]
    result["iterations"] = int(model.optimizer.iterations.numpy())
    after = (variable.numpy() for variable in model.trainable_variables)
    result["changed"] = not any(map(np.array_equal, before, after))
    # what every device holds, of every variable
    copies = [strategies[-1].experimental_local_results(variable.value) for variable in variables]
    result["copies"] = [len(values) for values in copies]
    result["exact"] = [
        all(np.array_equal(copy.numpy(), stored[name]) for copy in values)
        for values, name in zip(copies, stored.files, strict=True)
    ]
    return epochs


def save_checkpoint(folder, model, epochs):
    checkpoint.save_checkpoint(folder, model, epochs)
    result.setdefault("saved", []).append(int(model.optimizer.iterations.numpy()))


loop.get_strategy, loop.build_model, loop.save_checkpoint = get_strategy, build_model, save_checkpoint
run, result = runs.create_run(settings, config), {}
assert worker.work(run.files, settings) == 0
straight = result | {"folder": str(run.folder), "replicas": strategies[-1].num_replicas_in_sync}

run, result = runs.create_run(settings, config), {}
worker.Reporter = StopsInEpoch2
assert worker.work(run.files, settings) == 0
result["stopped"] = [run.files.read_status().state, [epoch.epoch for epoch in read_history(run.files.history)]]
worker.Reporter, loop.load_checkpoint = Reporter, load_checkpoint
assert worker.work(run.files, settings) == 0
print(json.dumps([straight, result | {"folder": str(run.folder)}]))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> list[dict]:
    """What a process with two devices reports of a run of two epochs, and of one stopped in its second and resumed."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path_factory.mktemp("devices")), str(picture_folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def straight(results: list[dict]) -> dict:
    return results[0]


@pytest.fixture(scope="module")
def resumed(results: list[dict]) -> dict:
    return results[1]


def test_two_devices_share_each_batch_by_themselves(straight: dict) -> None:
    assert straight["replicas"] == 2


def test_a_run_on_two_devices_ends_with_history_model_and_scores(straight: dict) -> None:
    folder = Path(straight["folder"])
    assert read_json(folder / "status.json")["state"] == "done"
    assert [epoch.epoch for epoch in read_history(folder / "history.csv")] == [1, 2]
    assert {"model.keras", "model.tflite", "evaluation.json"} <= {path.name for path in folder.iterdir()}


def test_the_fused_update_of_one_copy_is_not_used_on_two(straight: dict) -> None:
    faster = read_json(Path(straight["folder"]) / "config.json")["faster"]
    assert not any("Adam" in words for words in faster)


def test_a_resumed_run_has_the_stored_numbers_on_both_devices(resumed: dict) -> None:
    assert resumed["stopped"] == ["stopped", [1]]
    assert resumed["changed"]
    assert set(resumed["exact"]) == {True}
    assert max(resumed["copies"]) == 2


def test_a_resumed_runs_optimizer_goes_on_counting(resumed: dict) -> None:
    assert resumed["iterations"] == 6  # 24 training images in batches of 4
    assert resumed["saved"] == [6, 12]


def test_a_resumed_run_ends_as_one_that_was_never_stopped(resumed: dict, straight: dict) -> None:
    folder = Path(resumed["folder"])
    assert read_json(folder / "status.json")["state"] == "done"
    actual, expected = (read_history(Path(result["folder"]) / "history.csv") for result in (resumed, straight))
    assert [epoch.epoch for epoch in actual] == [1, 2]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        values = [[getattr(epoch, name) for epoch in epochs] for epochs in (actual, expected)]
        # without the optimizer's moments the second loss is 3% off
        assert values[0] == pytest.approx(values[1], rel=0.005)


def test_one_device_needs_no_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    assert devices.list_replicas() == []
    assert devices.get_strategy() is tf.distribute.get_strategy()
    gpu = type("Device", (), {"name": "/device:GPU:0"})()
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [gpu])
    assert devices.list_replicas() == []


def test_several_gpus_are_named_and_all_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    def make_gpu(index: int) -> object:
        return type("Device", (), {"name": f"/device:GPU:{index}"})()

    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [make_gpu(0), make_gpu(1)])
    assert devices.list_replicas() == ["/device:GPU:0", "/device:GPU:1"]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [make_gpu(0), make_gpu(1)])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "NVIDIA H100"})
    assert devices.describe_device() == "2 × NVIDIA H100"


def test_without_a_gpu_the_device_is_the_cpu_with_its_cores() -> None:
    assert devices.describe_device().startswith("CPU (")
    assert "core" in devices.describe_device()
