"""The process that prepares MobileNetV2, seen by who starts it."""

import hashlib
import subprocess
import sys

import pytest

from catdog.errors import WeightsError
from catdog.features import backbone
from catdog.features.backbone import digest_backbone, get_feature_extractor, get_model_template


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.h5"
    path.write_bytes(b"no weights at all")
    return path


def let_it_run(monkeypatch, code: str) -> None:
    """Let the process that makes the file run this Python code instead."""

    def start(module, *arguments, log, stdin, stdout, **options):
        return subprocess.Popen([sys.executable, "-c", code, *arguments], stdin=stdin, stdout=stdout, stderr=log)

    monkeypatch.setattr(backbone, "start_process", start)


def test_what_the_process_says_is_the_error(weights, tmp_path, monkeypatch):
    let_it_run(monkeypatch, "import sys; print('The file', sys.argv[1], 'does not fit.'); sys.exit(1)")
    with pytest.raises(WeightsError, match=r"^The file .*weights\.h5 does not fit\.$"):
        get_feature_extractor(weights, tmp_path / "cache")


def test_a_process_that_dies_is_told_of(weights, tmp_path, monkeypatch):
    let_it_run(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(WeightsError, match="ended with status -9: close other programs and try again"):
        get_feature_extractor(weights, tmp_path / "cache")


def test_a_process_that_takes_time_to_end_has_not_failed(weights, tmp_path, monkeypatch):
    code = "import os, sys, time; end_with_parent(); os.close(1); time.sleep(0.3)"
    let_it_run(monkeypatch, f"from catdog.utils.processes import end_with_parent; {code}")
    with pytest.raises(WeightsError, match="vanishes as soon as it is written"):  # it wrote none, and did not fail
        get_feature_extractor(weights, tmp_path / "cache")


def test_a_file_that_is_there_and_whole_is_used(weights, tmp_path, monkeypatch):
    let_it_run(monkeypatch, "import sys; sys.exit(1)")
    content = b"a LiteRT file"
    name = f"extractor-{digest_backbone(weights)}-{hashlib.sha256(content).hexdigest()[:16]}.tflite"
    path = tmp_path / name
    path.write_bytes(content)
    assert get_feature_extractor(weights, tmp_path) == path
    path.write_bytes(content[:5])
    with pytest.raises(WeightsError):
        get_feature_extractor(weights, tmp_path)
    assert not path.exists()


def test_the_template_is_a_file_for_keras(weights, tmp_path, monkeypatch):
    let_it_run(monkeypatch, "import sys; sys.exit(1)")
    content = b"a model for Keras"
    name = f"template-{digest_backbone(weights)}-{hashlib.sha256(content).hexdigest()[:16]}.keras"
    path = tmp_path / name
    path.write_bytes(content)
    assert get_model_template(weights, tmp_path) == path
