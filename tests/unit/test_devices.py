"""Several devices share each batch by themselves; one, and none, need nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from catdog.files import read_json
from catdog.settings import PROJECT
from catdog.training import devices
from catdog.training.history import read_history

# two logical processors stand in for two graphics processors, which must be set up before TensorFlow starts
SHARED = """
import sys
from pathlib import Path

import tensorflow as tf

from catdog import runs
from catdog.settings import Settings
from catdog.training import TrainConfig, devices, fit
from catdog.training.worker import work

processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * int(sys.argv[3]))
names = [device.name for device in tf.config.list_logical_devices("CPU")]
devices.replicas = lambda: names if len(names) > 1 else []
from catdog.training import arithmetic

arithmetic.replicas = devices.replicas
used = []
strategy = devices.strategy


def noted():
    used.append(strategy())
    return used[-1]


fit.strategy = noted
settings = Settings(home=Path(sys.argv[1]), photos_url="file:///nowhere")
config = TrainConfig("model3", sys.argv[2], epochs=2, batch_size=4, seed=3)
run = runs.create_run(settings, config)
state = work(run.files, settings)
print(run.folder, state, used[-1].num_replicas_in_sync)
"""


def trained(home: Path, source: Path, number: int) -> tuple[Path, int]:
    """Train on that many devices; return the run's folder and how many copies of the weights there were."""
    command = [sys.executable, "-c", SHARED, str(home), str(source), str(number)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    folder, state, copies = done.stdout.splitlines()[-1].split()
    assert state == "0", done.stderr[-2000:]
    return Path(folder), int(copies)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> tuple[Path, int]:
    return trained(tmp_path_factory.mktemp("shared"), picture_folder, 2)


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


def test_one_device_needs_no_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    assert devices.replicas() == []
    assert devices.strategy() is tf.distribute.get_strategy()
    one = [type("Device", (), {"name": "/device:GPU:0"})()]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: one)
    assert devices.replicas() == []


def test_several_graphics_processors_are_named_and_all_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    def device(number: int) -> object:
        return type("Device", (), {"name": f"/device:GPU:{number}"})()

    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [device(0), device(1)])
    assert devices.replicas() == ["/device:GPU:0", "/device:GPU:1"]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [device(0), device(1)])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "NVIDIA H100"})
    assert devices.device_words() == "2 × NVIDIA H100"


def test_without_a_graphics_processor_the_words_say_cpu_and_cores() -> None:
    assert devices.device_words().startswith("CPU (")
    assert "core" in devices.device_words()
