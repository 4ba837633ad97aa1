"""classify.py, the script that comes with an exported model, and what pip must install for it.

The script is catdog.export.classify and all that reads images for it, put into one file: so it gives the dashboard's
answers on machines that have nothing of the dashboard.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from catdog.export.formats import ExportFormat
from catdog.settings import PROJECT

SCRIPT, REQUIREMENTS = "classify.py", "requirements.txt"

_COMMON = (
    "numpy>=2.1,<3",
    "pillow>=12,<14",
    "# reads JPEG images exactly as the dashboard does; without it the last decimals may differ",
    'simplejpeg>=1.8,<2; platform_machine in "x86_64 AMD64 arm64 aarch64"',
)
_OPTIONAL = ("# to read HEIC images, too:", "# pillow-heif>=1.1,<2")
_MAIN = PROJECT / "catdog" / "export" / "classify.py"
_PARTS = tuple(
    PROJECT / "catdog" / "images" / f"{name}.py"
    for name in ("__init__", "decode", "formats", "limits", "side_data", "jpeg", "pixels", "resize")
)
_START = '\n\nif __name__ == "__main__":'
_READING = '''
# From here on: how the dashboard reads an image, whatever its format, and what it refuses.


class ImageError(Exception):
    """An image can't be read."""
'''


def render_script(file_format: ExportFormat, classes: tuple[str, str]) -> str:
    """Return the text of classify.py.

    Args:
        file_format: Format of the model beside it.
        classes: Names of class 0 and class 1.
    """
    main, start = _body(_MAIN).split(_START)
    for name, value in (("CLASSES", classes), ("MODEL", file_format.model)):
        main = re.sub(rf"(?m)^{name} = .*$", lambda _, line=f"{name} = {value!r}": line, main, count=1)
    parts = [
        f'"""{ast.get_docstring(_parse(_MAIN), clean=False)}"""\n',
        _render_imports((_MAIN, *_PARTS)),
        main.strip() + "\n",
        _READING,
        *(f"\n{_body(path).strip()}\n" for path in _PARTS),
        f"{_START}{start}",
    ]
    return "\n".join(parts).replace("catdog.images.", "")


def render_requirements(file_format: ExportFormat, versions: Mapping[str, str]) -> str:
    """Return the text of the requirements.txt beside the script.

    Args:
        file_format: Format of the model beside it.
        versions: Versions of the packages that the model was trained with, by name.
    """
    packages = list(file_format.requirements)
    trained_with = re.match(r"\d+\.\d+", str(versions.get("keras", "")))
    if file_format.name == "keras" and trained_with:  # an older Keras may not read the file of a newer one
        packages[0] = f"keras>={trained_with[0]},<4"
    return "\n".join([*packages, *_COMMON, *_OPTIONAL]) + "\n"


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in _parse(path).body if isinstance(node, ast.Import | ast.ImportFrom))


def _body(path: Path) -> str:
    """Return what comes after a module's docstring, imports and list of public names."""
    last = max((node.end_lineno for node in _imports(path)), default=_parse(path).body[0].end_lineno)
    for node in _parse(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            last = node.end_lineno
    return "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[last:])


def _render_imports(paths: tuple[Path, ...]) -> str:
    """Return the imports of modules, without the dashboard's own, and a sentence for where a package is missing."""
    modules, names = set(), defaultdict(set)
    for node in (node for path in paths for node in _imports(path)):
        if isinstance(node, ast.Import):
            modules |= {ast.unparse(alias) for alias in node.names}
        else:
            names[node.module] |= {ast.unparse(alias) for alias in node.names}
    lines = [(module, f"import {module}") for module in sorted(modules)]
    lines += [(module, f"from {module} import {', '.join(sorted(names[module]))}") for module in sorted(names)]
    standard = [line for module, line in lines if module.partition(".")[0] in sys.stdlib_module_names]
    packages = [f"    {line}" for module, line in lines if module.startswith(("numpy", "PIL"))]
    return "\n".join(
        [
            "from __future__ import annotations\n",
            *standard,
            "\ntry:",
            *packages,
            "except ImportError as error:",
            '    sys.exit(f"{error}: python -m pip install -r requirements.txt")\n',
        ]
    )
