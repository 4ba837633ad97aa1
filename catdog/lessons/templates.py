"""Explanations as templates. Lesson files are trusted only half: a template can show facts, and do nothing else."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from catdog.errors import UsageError
from catdog.lessons.front_matter import LessonError
from catdog.utils.text import format_duration, format_percent, join_names

LONGEST = 20_000  # characters of a template
LONGEST_RESULT = 50_000
#: What a template may be made of: no calls, no variables of its own, no products, with which a short text could become
#: a huge one or take for ever.
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const),
    *(nodes.Getattr, nodes.Getitem, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Add, nodes.Sub, nodes.Neg, nodes.Filter, nodes.Test, nodes.CondExpr),
)
TESTS = ("none", "defined", "number", "string")


def _percent(value: float, digits: int = 1) -> str:
    """Return a number of 0..100 as a percentage."""
    return format_percent(value / 100, digits)


def _points(value: float) -> str:
    return f"{value:.1f} {'point' if f'{abs(value):.1f}' == '1.0' else 'points'}"


def _plural(count: float, word: str) -> str:
    """Return a number with its word, such as "1 epoch" and "3,000 images"."""
    return f"{count:,.0f} {word if count == 1 else f'{word}s'}"


def format_plain(value: float) -> str:
    """Return a number with as many digits as it needs and no exponent, such as "0.000001"."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


FILTERS = {
    "percent": _percent,
    "points": _points,
    "plural": _plural,
    "whole": lambda value: f"{value:,.0f}",
    "plain": format_plain,
    "duration": format_duration,
    "names": lambda values: join_names([str(value) for value in values]),
    "size": abs,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "length": len,
    "lowest": min,
    "highest": max,
}


@lru_cache(maxsize=200)
def check_template(text: str, first_line: int) -> Template:
    """Check that a template can be used.

    Args:
        text: The template.
        first_line: The line in its file where it begins.

    Returns:
        The template, ready to be filled in: the same for all who ask, since compiling takes 10 ms.

    Raises:
        LessonError: It can't.
    """
    if len(text) > LONGEST:
        raise LessonError(first_line, f"the text is longer than {LONGEST:,} characters.")
    environment = _make_environment()
    try:
        tree = environment.parse(text)
        _check_nodes(tree, first_line)
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise LessonError(first_line + (error.lineno or 1) - 1, f"the template is wrong: {error.message}") from error
    except (RecursionError, MemoryError, SyntaxError, OverflowError, ValueError) as error:
        raise LessonError(first_line, "the template is nested too deep.") from error


def _check_nodes(tree: nodes.Node, first_line: int) -> None:
    waiting: list[tuple[nodes.Node, bool]] = [(tree, False)]
    while waiting:
        node, looped = waiting.pop()
        line = first_line + (node.lineno or 1) - 1
        if not isinstance(node, _ALLOWED):
            raise LessonError(line, f"a template can't use {type(node).__name__}: it can show facts, if and for.")
        if isinstance(node, nodes.Name) and node.name in ("self", "super"):
            raise LessonError(line, f"a template can't use “{node.name}”.")
        if isinstance(node, nodes.For) and (looped or node.recursive):
            raise LessonError(line, "a template can't have a loop within a loop.")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise LessonError(line, f"there is no filter “{node.name}”: use one of {', '.join(FILTERS)}.")
        if isinstance(node, nodes.Test) and node.name not in TESTS:
            raise LessonError(line, f"there is no test “{node.name}”: use one of {', '.join(TESTS)}.")
        inside = looped or isinstance(node, nodes.For)
        waiting += [(child, inside) for child in node.iter_child_nodes()]


def render(text: str, facts: Mapping[str, Any], what: str) -> str:
    """Fill in a template that `check_template` has let pass.

    Args:
        text: The template.
        facts: What it can show.
        what: What an error calls it, such as "The explanation of the lesson first-cnn".

    Returns:
        Markdown.

    Raises:
        UsageError: It uses a fact that is not there, or can't be filled in otherwise.
    """
    parts, length = [], 0
    try:
        for part in check_template(text, 1).generate(**facts):
            length += len(part)
            if length > LONGEST_RESULT:
                raise UsageError(f"{what} becomes longer than {LONGEST_RESULT:,} characters: shorten its loops.")
            parts.append(part)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise UsageError(
            f"{what} can't be filled in: {error}. Its file, or what was kept of its tasks, has a fault."
        ) from error
    return "".join(parts).strip()


def _make_environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False, auto_reload=False
    )
    environment.globals.clear()
    environment.filters = dict(FILTERS)
    environment.tests = {name: environment.tests[name] for name in (*TESTS, "undefined", "mapping")}
    return environment
