"""README.md, CONTRIBUTING.md and docs/: short enough, with links that lead somewhere, and true to the code."""

import argparse
import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from catdog.__main__ import build_parser, main
from catdog.settings import PROJECT, Settings
from catdog.training.run_folder import RunFolder
from catdog.training.status import STATES

DOCS = PROJECT / "docs"
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *DOCS.glob("*.md")])
BENCHMARKS = sorted(
    path.stem
    for path in (PROJECT / "benchmarks").glob("*.py")
    if "argparse.ArgumentParser(" in path.read_text(encoding="utf-8")
)
CODE_BLOCK = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def read(name: str) -> str:
    """Return a document's text."""
    return (PROJECT / name).read_text(encoding="utf-8")


def short(path: Path) -> str:
    """Return a path as a test's name."""
    return path.relative_to(PROJECT).as_posix()


def anchors(text: str) -> set[str]:
    """Return what a link to a heading of this Markdown may end with, by GitHub's rule."""
    headings = re.findall(r"^#+ +(.+)$", CODE_BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(text: str, heading: str) -> str:
    """Return what stands under a heading of the second level, without code blocks taken for headings."""
    _, separator, rest = text.partition(f"\n## {heading}\n")
    assert separator, f"there is no section {heading}"
    return rest.partition("\n## ")[0]


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of all commands and of their actions."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield below
                yield from commands(below)


def environment_variables() -> set[str]:
    """Return every variable that the settings read, with a cluster and without."""
    return {
        name
        for executor in ("local", "ray")
        for name in Settings.from_environment({"CATDOG_EXECUTOR": executor}).environment()
    }


def test_readme_has_at_most_150_lines_and_contributing_fits_a_page():
    assert len(read("README.md").splitlines()) <= 150
    assert len(read("CONTRIBUTING.md").splitlines()) <= 100


def test_readme_begins_with_its_two_commands_and_a_picture():
    top = read("README.md").splitlines()[:15]
    assert [line.split()[:2] for line in top if line.startswith("make ")] == [["make", "run"], ["make", "test"]]
    assert any(line.startswith("![") for line in top)


def test_readme_tells_of_every_page_in_the_order_of_the_navigation():
    titles = [
        ast.unparse(page.elts[1]).strip("'")
        for node in ast.parse(read("pages/components/course.py")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("PAGES", "MORE")
        for page in node.value.elts
    ]
    told = re.findall(r"^- \*\*(\w+)\*\*", section(read("README.md"), "The pages"), re.MULTILINE)
    assert told == titles


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_links_lead_to_files_and_headings_that_exist(document):
    for link in LINK.findall(CODE_BLOCK.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link} leads to no heading"


def test_readme_links_every_document():
    links = set(LINK.findall(read("README.md")))
    assert {f"docs/{path.name}" for path in DOCS.glob("*.md")} | {"CONTRIBUTING.md", "CHANGELOG.md"} <= {
        link.partition("#")[0] for link in links
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_make_targets_and_files_that_are_named_exist(document):
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`| )make ([a-z-]+)(?: +#|`| ARGS| PORT| PYTHON)", text, re.MULTILINE)) <= targets
    assert all((PROJECT / name).exists() for name in re.findall(r"\brequirements[\w-]*\.txt", text))
    assert set(re.findall(r"\bbenchmarks\.(?!md\b)([a-z]+)\b", text)) <= set(BENCHMARKS)


@pytest.mark.parametrize("parser", list(commands(build_parser())), ids=lambda parser: parser.prog)
def test_every_command_and_option_stands_in_its_section(parser):
    words = parser.prog.removeprefix("python -m catdog ")
    text = read("docs/command-line.md")
    own = section(text, words.split()[0])
    assert f"`{words}" in own or f"python -m catdog {words}" in own, f"docs/command-line.md does not tell of {words}"
    for action in parser._actions:
        for option in set(action.option_strings) - {"-h", "--help"}:
            told = text if option == "--json" else own
            assert f"`{option}" in told, f"docs/command-line.md does not mention {option} of {words}"


def test_every_option_in_the_docs_exists():
    parsers = [build_parser(), *commands(build_parser())]
    options = {name for parser in parsers for action in parser._actions for name in action.option_strings}
    assert set(re.findall(r"[`(](--[a-z-]+)[ `]", read("docs/command-line.md"))) <= options


def test_every_variable_stands_among_the_settings_and_each_exists():
    told = set(re.findall(r"`(CATDOG_[A-Z_]+)`", section(read("docs/command-line.md"), "Settings")))
    assert told == environment_variables()


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_no_variable_is_named_that_nobody_reads(document):
    assert set(re.findall(r"\bCATDOG_[A-Z_]*[A-Z]\b", document.read_text(encoding="utf-8"))) <= environment_variables()


def test_the_run_folder_and_the_states_of_a_run_are_documented():
    text = read("docs/training.md")
    files = RunFolder(Path("run"))
    for path in (
        files.config, files.status, files.history, files.checkpoint, files.model, files.tflite, files.evaluation,
        files.predictions, files.log, files.tensorboard,
    ):  # fmt: skip
        assert f"| `{path.name}" in text
    assert all(f"`{state}`" in text for state in STATES)


def test_json_keys_of_the_models_are_documented(environment, capsys):
    assert main(["models", "--json"]) == 0
    json_output = section(read("docs/command-line.md"), "JSON output")
    keys = ", ".join(json.loads(capsys.readouterr().out)[0])
    assert f"| `models` | a list of `{{{keys}}}` |" in json_output


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_option_of_a_benchmark_is_documented(name, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit, match=r"^0$"):
        importlib.import_module(f"benchmarks.{name}").main()
    shown = capsys.readouterr().out
    text = read("docs/benchmarks.md")
    assert f"benchmarks.{name}" in text
    options = re.findall(r"^  (--[a-z-]+)", shown, re.MULTILINE)
    assert options
    assert all(f"`{option}" in text or f" {option} " in text for option in options if option != "--json")
