"""pyproject.toml: what `pip install -e .` makes of the project."""

import importlib
import tomllib

import pytest

from catdog import __version__
from catdog.settings import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def read_requirements(name: str) -> list[str]:
    """Return the packages that a requirements file names itself."""
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


def test_the_console_script_is_a_function_that_exists():
    module, _, name = PYPROJECT["project"]["scripts"]["catdog"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_version_is_the_librarys():
    assert PYPROJECT["project"]["version"] == __version__


def test_the_dependencies_are_read_from_requirements_txt():
    assert PYPROJECT["project"]["dynamic"] == ["dependencies"]
    assert PYPROJECT["tool"]["setuptools"]["dynamic"]["dependencies"] == {"file": ["requirements.txt"]}
    assert len(read_requirements("requirements.txt")) > 10


@pytest.mark.parametrize("extra", ["ray", "signin", "onnx"])
def test_an_extra_needs_what_its_requirements_file_names(extra):
    assert PYPROJECT["project"]["optional-dependencies"][extra] == read_requirements(f"requirements-{extra}.txt")


def test_every_package_and_template_is_installed():
    included = tuple(pattern.rstrip("*") for pattern in PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"])
    assert set(included) == {"catdog", "pages"}
    data = {path for suffix in ("html", "md") for path in (PROJECT / "catdog").rglob(f"*.{suffix}")}
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"].items()
    named = {
        path for name, globs in patterns for glob in globs for path in (PROJECT / name.replace(".", "/")).glob(glob)
    }
    assert data == named
