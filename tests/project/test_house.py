"""The house rules that a reader relies on, checked in the source."""

import ast
import subprocess
from pathlib import Path

import pytest

from catdog.settings import PROJECT

LIBRARY = sorted((PROJECT / "catdog").rglob("*.py"))
PAGES = [PROJECT / "dashboard.py", *sorted((PROJECT / "pages").rglob("*.py"))]
LONGEST = 220
CHANGES = {
    "add_own_set", "annotate_run", "create_run", "delete_data", "delete_run", "exclude", "export_run", "fetch_photos",
    "include", "launch", "launch_all", "move_up", "rename_run", "resume_run", "start_run", "stop_run",
}  # fmt: skip


def short(path: Path) -> str:
    """Return a path as a test's name."""
    return path.relative_to(PROJECT).as_posix()


def imported(path: Path, *, anywhere: bool) -> set[str]:
    """Return the top packages that a file imports: anywhere in it, or only as it is loaded."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    nodes = list(ast.iter_child_nodes(tree))
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        inside_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        only_for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if anywhere or not (inside_function or only_for_types):
            nodes.extend(ast.iter_child_nodes(node))
    return found


def public_without_docstring(path: Path) -> list[str]:
    """Return the public functions, classes and methods of a file that have no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    missing = [] if ast.get_docstring(tree) else ["the module"]
    nodes = list(tree.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                missing.append(node.name)
            if isinstance(node, ast.ClassDef):
                nodes.extend(node.body)
    return missing


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_pages_never_import_tensorflow_or_keras_themselves(path):
    assert not imported(path, anywhere=True) & {"tensorflow", "keras"}


@pytest.mark.parametrize("path", LIBRARY, ids=short)
def test_the_library_knows_nothing_of_streamlit_or_the_pages(path):
    assert not imported(path, anywhere=True) & {"streamlit", "pages", "dashboard"}


@pytest.mark.parametrize("path", LIBRARY, ids=short)
def test_tensorflow_is_imported_inside_functions_only(path):
    assert not imported(path, anywhere=False) & {"tensorflow", "keras"}


@pytest.mark.parametrize("path", [*LIBRARY, *PAGES], ids=short)
def test_a_module_stays_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < LONGEST


@pytest.mark.parametrize("path", LIBRARY, ids=short)
def test_what_is_public_says_what_it_is_for(path):
    assert public_without_docstring(path) == []


def unguarded(path: Path) -> list[str]:
    """Return the functions of a page that change something without asking whether the person may."""
    found = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        asks = any(
            ast.unparse(call.func) in ("access.require_member", "access.reason_denied", "access.perform") for call in calls
        )
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        if names & CHANGES and not asks:
            found.append(function.name)
    return found


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_whatever_changes_runs_or_data_asks_first_whether_the_person_may(path):
    called_by_one_that_asks = {"_stop", "_move_up", "_add"}
    assert set(unguarded(path)) <= called_by_one_that_asks


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_a_page_writes_no_html_that_could_have_text_of_a_user_in_it(path):
    source = path.read_text(encoding="utf-8")
    assert "unsafe_allow_html" not in source
    written = [ast.unparse(node.args[0]) for node in ast.walk(ast.parse(source)) if _is_html(node)]
    own = {"WHOLE_TILE_OPENS", "LOOK.replace('TINTS', '\\n'.join(tints))"}  # constants; the tints are numbers
    assert set(written) <= own


def _is_html(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.html", "html", "st.iframe")


def test_nothing_is_left_to_do_in_the_source():
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    found = [short(path) for path in [*LIBRARY, *PAGES] if any(mark in path.read_text("utf-8") for mark in marks)]
    assert found == []


def test_git_ignores_what_the_program_writes():
    written = ["var/runs/x/status.json", ".venv/.ready", "catdog/__pycache__/x.pyc", ".pytest_cache/x", ".ruff_cache/x"]
    asked = subprocess.run(["git", "check-ignore", *written], cwd=PROJECT, capture_output=True, text=True, check=False)
    if asked.returncode == 128:
        pytest.skip("this copy of the project is no git repository")
    assert asked.stdout.split() == written
