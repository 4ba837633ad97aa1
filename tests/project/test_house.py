"""The house rules that no tool of `make lint` checks."""

import ast
import dis
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from catdog.settings import PROJECT

LIBRARY = sorted((PROJECT / "catdog").rglob("*.py"))
PAGES = [PROJECT / "dashboard.py", *sorted((PROJECT / "pages").rglob("*.py"))]
MAX_LINES = 250  # docstrings included
CHANGES = {
    "add_user_dataset", "annotate_run", "create_run", "delete_dataset", "delete_run", "delete_user_dataset",
    "exclude_images", "export_run", "fetch_photos", "include_images", "launch", "launch_all", "move_up",
    "receive_handin", "relabel_images", "remove_received", "rename_run", "restore_labels", "resume_run", "start_job",
    "share_run", "start_run", "stop_run", "store_handin", "update_progress",
}  # fmt: skip
GUARDS = {"access.require_member", "access.require_teacher", "access.reason_denied"}
HTML_FUNCTIONS = {"st.html", "html", "st.iframe", "apply_styles"}
SAY_NOTHING = {"asked", "found", "known", "one", "said", "wanted"}  # names of locals that do not say what they hold
HTML_CONSTANTS = {
    "LAYOUT",
    "LOOK",
    "WHOLE_TILE_OPENS",
    "STYLE",
    "make_stage_bar(progress, colour, epoch, run.status.epochs)",
    "page.LOOK + strip.LOOK",
    "LAYOUT.replace('HEIGHT', FILLED if filled else EMPTY)",
    "_RULES + _COLOURS",
    "LOOK + '\\n'.join(tints)",
    "f'<style>{NO_ROOM}{rules}</style><span data-rules></span>'",
    "LOOK + make_score_table(rows, left)",
}  # the tints are numbers, the bar has numbers only, and the table's names are escaped (a test of Compare)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls_of(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    return ((ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def imported_packages(tree: ast.AST, inside_functions: bool) -> set[str]:
    """Return the top packages that a file imports: anywhere, or only as it is loaded."""
    packages: set[str] = set()
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            packages.add((node.module or "").partition(".")[0])
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        only_for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if inside_functions or not (is_function or only_for_types):
            nodes.extend(ast.iter_child_nodes(node))
    return packages


def names_of(code: CodeType) -> Iterator[str]:
    """Return the names of all variables and parameters; code is compiled in a third of the time that its tree takes."""
    yield from code.co_varnames + code.co_cellvars
    if SAY_NOTHING & set(code.co_names):  # of a module or a class, or somewhere an attribute
        yield from (step.argval for step in dis.get_instructions(code) if step.opname in ("STORE_NAME", "STORE_GLOBAL"))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_of(constant)


def unguarded(source: str) -> list[str]:
    """Return the functions of a page that change something although the person may not have the right to.

    Whatever is in CHANGES must be handed to `access.perform`, or to a function of the same file that calls that, or
    be used in a function that calls one of GUARDS.
    """
    if not any(name in source for name in CHANGES):
        return []
    tree = ast.parse(source)
    performers = {"access.perform"}
    performers |= {function.name for function in functions_of(tree) if "access.perform" in dict(calls_of(function))}
    offenders = []
    for function in functions_of(tree):
        calls = list(calls_of(function))
        if GUARDS & {name for name, _ in calls}:
            continue
        performed = {id(argument) for name, call in calls if name in performers for argument in call.args}
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name | ast.Attribute)]
        used = {ast.unparse(node).rpartition(".")[2] for node in names if id(node) not in performed}
        if used & CHANGES:
            offenders.append(function.name)
    return offenders


def test_tensorflow_is_imported_in_functions_only_never_by_pages():
    heavy = {"tensorflow", "keras"}
    naming = [path for path in [*LIBRARY, *PAGES] if any(name in read(path) for name in heavy)]
    offenders = [
        name_of(path)
        for path in naming
        if imported_packages(ast.parse(read(path)), inside_functions=path in PAGES) & heavy
    ]
    assert len(naming) > 10
    assert offenders == []


def test_modules_stay_short():
    lengths = {name_of(path): len(read(path).splitlines()) for path in [*LIBRARY, *PAGES]}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_whatever_changes_runs_or_data_is_guarded_by_access():
    offenders = {name_of(path): unguarded(read(path)) for path in PAGES}
    assert {name: functions for name, functions in offenders.items() if functions} == {}


def test_the_check_for_guards_notices_each_missing_guard():
    guards = ("access.require_member(", "access.perform(", "if access.reason_denied():")
    removed, unnoticed = 0, []
    for path in PAGES:
        for guard in guards:
            parts = read(path).split(guard)
            for index in range(1, len(parts)):
                mutant = guard.join(parts[:index]) + guard.replace("access.", "other_") + guard.join(parts[index:])
                removed += 1
                if not unguarded(mutant):
                    unnoticed.append(f"{name_of(path)}: {guard} no. {index}")
    assert removed >= 10
    assert unnoticed == []


def test_what_counts_as_a_change_is_what_the_library_calls_it():
    public = {name for path in LIBRARY for name in re.findall(r"^def (\w+)", read(path), re.MULTILINE)}
    assert public >= CHANGES


def test_pages_write_no_html_that_could_have_text_of_a_user_in_it():
    offenders = []
    for path in PAGES:
        source = read(path)
        if not any(name in source for name in ("html", *HTML_FUNCTIONS)):
            continue
        written = {ast.unparse(call.args[0]) for name, call in calls_of(ast.parse(source)) if name in HTML_FUNCTIONS}
        if "unsafe_allow_html" in source or not written <= HTML_CONSTANTS:
            offenders.append(name_of(path))
    assert offenders == []


def test_nothing_is_left_to_do_in_the_source():
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    assert [name_of(path) for path in [*LIBRARY, *PAGES] if any(mark in read(path) for mark in marks)] == []


def test_git_ignores_what_the_program_writes():
    written = ["var/runs/x/status.json", ".venv/.ready", "catdog/__pycache__/x.pyc", ".pytest_cache/x", ".ruff_cache/x"]
    ignored = subprocess.run(
        ["git", "check-ignore", *written], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if ignored.returncode == 128:
        pytest.skip("this copy of the project is no git repository")
    assert ignored.stdout.split() == written


@pytest.mark.parametrize("top", ["catdog", "pages", "tests", "benchmarks"])
def test_locals_say_what_they_hold(top):
    files = sorted((PROJECT / top).rglob("*.py"))
    names = {name_of(path): SAY_NOTHING & set(names_of(compile(read(path), path, "exec"))) for path in files}
    assert names == {name_of(path): set() for path in files}


def test_a_local_that_says_nothing_is_noticed():
    source = (
        "for one in range(3):\n    known: int = one\n"
        "def f(asked, *, said):\n    return [found for found in asked], lambda: wanted.one\n"
    )
    assert set(names_of(compile(source, "source", "exec"))) & SAY_NOTHING == SAY_NOTHING - {"wanted"}
