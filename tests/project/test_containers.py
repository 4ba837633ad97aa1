"""Dockerfile and compose.yaml: their syntax, what they promise, and that the files copied are enough to serve.

No Docker engine runs here: the image itself is not built.
"""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import dockerfile
import pytest

from catdog.settings import PROJECT, Cluster, Settings
from tests.browser.server import free_port


@pytest.fixture(scope="module")
def image() -> list[dockerfile.Command]:
    """The instructions of the Dockerfile, as Docker's own parser reads them."""
    return list(dockerfile.parse_file(str(PROJECT / "Dockerfile")))


@pytest.fixture(scope="module")
def services() -> dict:
    """The services of compose.yaml, as the Compose specification reads them."""
    from compose_spec import PyCompose

    compose = PyCompose.from_yaml((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
    compose.validate()
    return compose.to_dict()["services"]


def only(image: list[dockerfile.Command], name: str) -> dockerfile.Command:
    """Return the only instruction of this kind."""
    [instruction] = [command for command in image if command.cmd.upper() == name]
    return instruction


def variables(image: list[dockerfile.Command]) -> dict[str, str]:
    """Return what ENV sets."""
    values = only(image, "ENV").value
    return dict(zip(values[::2], values[1::2], strict=True))


def test_the_image_is_slim_unprivileged_and_has_a_volume(image):
    assert only(image, "FROM").value[0].endswith("-slim")
    kinds = [instruction.cmd.upper() for instruction in image]
    assert only(image, "USER").value == ("catdog",)
    assert kinds.index("USER") > max(place for place, kind in enumerate(kinds) if kind == "RUN")
    assert only(image, "VOLUME").value == (variables(image)["CATDOG_HOME"],)
    assert Settings.from_environment(variables(image)).open is False


def test_the_build_context_holds_what_is_copied_only(image):
    copied = {source for instruction in image if instruction.cmd.upper() == "COPY" for source in instruction.value[:-1]}
    assert all((PROJECT / source).exists() for source in copied)
    nothing, *let_in = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert nothing == "*"
    requirements = {source for source in copied if source.startswith("requirements")}
    assert {line[1:] for line in let_in if line[0] == "!"} == (copied - requirements) | {"requirements*.txt"}


def test_what_is_copied_serves_and_its_health_is_told(image, tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    for instruction in [instruction for instruction in image if instruction.cmd.upper() == "COPY"]:
        *sources, target = instruction.value
        for source in sources:
            place = app / target / (Path(source).name if (PROJECT / source).is_file() else "")
            copy = shutil.copy if (PROJECT / source).is_file() else shutil.copytree
            place.parent.mkdir(parents=True, exist_ok=True)
            copy(PROJECT / source, place)
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CATDOG_", "PYTHON"))}
    environment |= variables(image) | {
        "CATDOG_HOME": str(tmp_path / "data"),
        "CATDOG_PHOTOS_URL": "http://127.0.0.1:9/x",
        "CATDOG_FIRST_MODEL": "0",
    }
    environment |= {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    health = only(image, "HEALTHCHECK").value[1:]  # after the word CMD

    def healthy() -> bool:
        return subprocess.run(health, env=environment, cwd=app, stderr=subprocess.DEVNULL, check=False).returncode == 0

    assert not healthy()
    process = subprocess.Popen(list(only(image, "CMD").value), cwd=app, env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + 120
        while not healthy() and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.5)
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert b"<title>Streamlit</title>" in answer.read()
        assert healthy()
    finally:
        process.terminate()
        process.wait(30)


def test_compose_serves_this_machine_only_and_trains_on_ray(services):
    assert services["dashboard"]["ports"][0].startswith("127.0.0.1:")
    settings = Settings.from_environment({**services["dashboard"]["environment"], "CATDOG_HOME": "/data"})
    assert settings.open
    assert isinstance(settings.cluster, Cluster)
    assert settings.cluster.address == "http://ray:8265"


def test_rays_port_is_internal_and_jobs_may_wait_long(services):
    ray = services["ray"]
    assert "ports" not in ray
    assert int(ray["environment"]["RAY_JOB_START_TIMEOUT_SECONDS"]) > 24 * 3600
    assert ray["command"][:3] == ["ray", "start", "--head"]


def test_both_see_the_same_home_and_run_the_same_image(services, image):
    homes = [services[name]["volumes"] for name in ("dashboard", "ray")]
    assert homes[0] == homes[1]
    assert services["dashboard"]["image"] == services["ray"]["image"]
    assert services["dashboard"]["hostname"] != services["ray"]["hostname"]  # a process is told by host and number
