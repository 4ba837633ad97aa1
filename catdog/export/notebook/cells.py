"""Cells: the sentences and the code of a notebook, written as a .ipynb file or as a Python script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catdog.utils.text import one_line

WIDTH = 110  # characters of a line of code
_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
_COLAB = {"accelerator": "GPU", "colab": {"provenance": []}}


@dataclass(frozen=True)
class Cell:
    """A part of a notebook.

    Attributes:
        text: Markdown, or Python code.
        code: Whether it is code.
    """

    text: str
    code: bool = False


def sentences(*paragraphs: str) -> Cell:
    """Return a cell of Markdown; empty paragraphs are left out."""
    return Cell("\n\n".join(filter(None, paragraphs)))


def code(*lines: str) -> Cell:
    """Return a cell of code."""
    return Cell("\n".join(lines), code=True)


def literal(value: object, indent: int = 0) -> str:
    """Return Python code for a value, whatever is in its texts; what is long takes several lines.

    Args:
        value: Made of texts, numbers, None, lists, tuples and dicts.
        indent: By how much the line is indented that the code stands in.
    """
    if isinstance(value, str):
        text = repr(value)
        return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text
    deeper = " " * (indent + 4)
    if isinstance(value, dict):
        line = f"{{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
        if "\n" not in line and len(line) + indent < WIDTH - 15:
            return line
        lines = [f"{deeper}{literal(key)}: {literal(item, indent + 4)},\n" for key, item in value.items()]
        return f"{{\n{''.join(lines)}{' ' * indent}}}"
    if not isinstance(value, list | tuple) or not value:
        return repr(value)
    start, end = "[]" if isinstance(value, list) else "()"
    items = [literal(item, indent + 4) for item in value]
    line = f"{start}{', '.join(items)}{',' if start == '(' and len(items) == 1 else ''}{end}"
    if "\n" not in line and len(line) + indent < WIDTH:
        return line
    lines = [""]
    for item in items:
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
        if len(lines[-1]) + len(deeper) > WIDTH - 15 or "\n" in item:
            lines.append("")
    return "\n".join([start, *(f"{deeper}{line}" for line in lines if line), f"{' ' * indent}{end}"])


def escape(text: str) -> str:
    """Return a text on one line, as Markdown that shows it as it is."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return re.sub(r"([\\`*_\[\]<>#|~$&])", r"\\\1", line)


def chart_text(text: str) -> str:
    """Return a text on one line for Matplotlib, which takes what stands between dollars for mathematics."""
    return one_line(text).replace("$", r"\$")


def to_notebook(cells: Sequence[Cell]) -> bytes:
    """Return the cells as a .ipynb file, UTF-8; the same cells give the same bytes.

    Colab offers a graphics processor for it.
    """
    from nbformat import v4, writes

    made = []
    for number, cell in enumerate(cells, start=1):
        make = v4.new_code_cell if cell.code else v4.new_markdown_cell
        made.append(make(cell.text, id=f"cell-{number}"))
    metadata = {"kernelspec": _PYTHON, "language_info": {"name": "python"}, **_COLAB}
    return writes(v4.new_notebook(cells=made, metadata=metadata)).encode()


def to_script(cells: Sequence[Cell]) -> bytes:
    """Return the cells as a Python script, UTF-8: sentences are comments, and "# %%" begins a cell in editors."""
    parts = []
    for cell in cells:
        if cell.code:
            parts.append(f"# %%\n{cell.text}\n")
        else:
            lines = [f"# {line}".rstrip() for line in cell.text.split("\n")]
            parts.append("\n".join(["# %% [markdown]", *lines]) + "\n")
    return "\n".join(parts).encode()
