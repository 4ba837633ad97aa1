"""Text of users inside Markdown, shown as it is."""

import re

from catdog.utils.text import escape_markdown as escape

__all__ = ["escape", "escape_and_unlink", "unlink"]
#: The places in an e-mail or web address where it is broken up.
_INSIDE_ADDRESS = re.compile(r"(?=@)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def unlink(text: str) -> str:
    """Put an invisible word joiner into each e-mail or web address, so that Markdown makes no link of it."""
    return _INSIDE_ADDRESS.sub("\u2060", text)


def escape_and_unlink(text: str) -> str:
    """Return `text` of somebody who may mean harm so that Markdown shows it as it is, without any link."""
    return escape(unlink(text))
