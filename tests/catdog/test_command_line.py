"""The command line as a whole: its parser, its exit statuses, and its one-line complaints."""

import subprocess
import sys

import pytest

from catdog.__main__ import main
from catdog.cli import models
from catdog.errors import DataError, RunError, UsageError
from catdog.settings import PROJECT

COMMANDS = ("data", "health", "models", "train", "runs", "evaluate", "predict")


def one_line(text: str) -> str:
    """Return the only line of `text`; there must be exactly one, and it must say who complains."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("catdog: ")
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["train"],
        ["train", "model1", "--epochs", "many"],
        ["predict", "model1"],
        ["data", "--give-up-after", "-1"],
        ["data", "--give-up-after", "nan"],
        ["runs", "show"],
        ["models", "--colour"],
    ],
)
def test_wrong_use_is_one_line_and_status_2(words, environment, capsys):
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "--help" in one_line(printed.err)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (UsageError("The colour is wrong:\nchoose red."), 2, "The colour is wrong: choose red."),
        (DataError("There are no images."), 1, "There are no images."),
        (RunError("There is no such run."), 1, "There is no such run."),
        (PermissionError(13, "Permission denied", "/data"), 1, "Permission denied (/data)"),
    ],
)
def test_what_a_user_can_cause_is_one_line_with_its_status(error, status, words, environment, capsys, monkeypatch):
    def fail(arguments, settings):
        raise error

    monkeypatch.setattr(models, "run", fail)
    assert main(["models"]) == status
    assert words in one_line(capsys.readouterr().err)


def test_a_programming_error_is_not_swallowed(environment, monkeypatch):
    def fail(arguments, settings):
        raise ZeroDivisionError

    monkeypatch.setattr(models, "run", fail)
    with pytest.raises(ZeroDivisionError):
        main(["models"])


def test_ctrl_c_ends_quietly_with_status_130(environment, capsys, monkeypatch):
    def interrupted(arguments, settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(models, "run", interrupted)
    assert main(["models"]) == 130
    assert capsys.readouterr().err == ""


def test_a_bad_variable_is_named_in_one_line(monkeypatch, capsys):
    monkeypatch.setenv("CATDOG_SLOTS", "none")
    assert main(["models"]) == 2
    assert "CATDOG_SLOTS" in one_line(capsys.readouterr().err)


def test_help_and_the_settings_of_a_run_do_without_numpy():
    code = (
        "import sys; import catdog.training; from catdog.__main__ import build_parser; build_parser().format_help(); "
        "print({'numpy', 'PIL', 'requests', 'keras', 'tensorflow', 'streamlit'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_a_reader_that_goes_away_causes_no_traceback(environment):
    pipe = f"{sys.executable} -m catdog models --json | true"
    done = subprocess.run(["bash", "-c", pipe], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_real_process_ends_with_the_status_and_one_line(environment):
    command = [sys.executable, "-m", "catdog", "train", "model9"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "model9" in one_line(done.stderr)
    assert done.stdout == ""
