"""The front matter of a lesson file: YAML between two lines of "---", with the line of each value."""

from collections.abc import Mapping
from typing import Any

import yaml

from catdog.errors import DataError

Path = tuple[str | int, ...]  # such as ("tasks", 0, "check", "kind")
FENCE = "---"
MAX_DEPTH = 12
_TOO_DEEP = "the settings are nested too deep."
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


class LessonError(DataError):
    """A lesson file can't be used.

    Attributes:
        line: The line that is at fault, from 1.
        reason: What is wrong with it.
    """

    def __init__(self, line: int, reason: str) -> None:
        """Note where the fault is and what it is."""
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


def split_file(text: str) -> tuple[str, str, int]:
    """Split a lesson file.

    Returns:
        Its front matter, the text below it, and the number of lines above that text.

    Raises:
        LessonError: It has no front matter.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != FENCE:
        raise LessonError(1, f'a lesson starts with a line "{FENCE}", and its settings follow.')
    for index, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return "\n".join(lines[1:index]) + "\n", "\n".join(lines[index + 1 :]).strip("\n"), index + 1
    raise LessonError(1, f'the settings that begin here never end: put a line "{FENCE}" below them.')


def parse_front_matter(source: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """Parse front matter: texts, numbers, true, false, null, lists and mappings, and nothing else of YAML.

    Args:
        source: YAML, which stands in the file from its second line on.

    Returns:
        The values, and the line in the file of each of them.

    Raises:
        LessonError: It is no such YAML.
    """
    try:
        _refuse_references(source)
        loader = yaml.SafeLoader(source)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise LessonError(2, "the settings of a lesson are lines such as “title: …”.")
        lines: dict[Path, int] = {}
        return _convert(loader, node, (), lines), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 2
        problem = error.problem or error.context
        if "nesting depth" in problem:  # LibYAML's own limit
            raise LessonError(line, _TOO_DEEP) from error
        raise LessonError(line, f"this is no YAML: {problem}.") from error
    except yaml.YAMLError as error:
        raise LessonError(2, "there are characters in it that YAML does not allow.") from error
    except RecursionError as error:
        raise LessonError(2, _TOO_DEEP) from error


def _refuse_references(source: str) -> None:
    """Refuse anchors, with which a short text can stand for a huge one, tags, and what is nested too deep."""
    depth = 0
    # LibYAML, where there is one, looks for the end of a thousand brackets in no time; yaml.SafeLoader takes a second.
    for event in yaml.parse(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        line = event.start_mark.line + 2
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise LessonError(line, "a lesson can't use YAML's & and * references: write the value out.")
        if getattr(event, "tag", None):
            raise LessonError(line, "a lesson can't use YAML's ! tags: put the text in quotes.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise LessonError(line, _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _convert(loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    line = lines[path] = node.start_mark.line + 2
    if isinstance(node, yaml.SequenceNode):
        return [_convert(loader, child, (*path, index), lines) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for name_node, child in node.value:
            name = name_node.value
            line = name_node.start_mark.line + 2
            if not isinstance(name, str):
                raise LessonError(line, "a name before a colon must be a word.")
            if name in values:
                raise LessonError(line, f"“{name[:40]}” stands here a second time.")
            values[name] = _convert(loader, child, (*path, name), lines)
            lines[(*path, name)] = line
        return values
    if node.tag not in _PLAIN_TAGS:
        return node.value  # a date or "=", which is a text here
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError) as error:
        raise LessonError(line, "this number can't be read: put it in quotes if it is a text.") from error


def find_line(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line of a value, or of what it is missing from."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)
