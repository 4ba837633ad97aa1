"""Text of users inside Markdown, shown as it is."""

from catdog.utils.text import escape_markdown as escape

__all__ = ["escape", "unlink_email"]


def unlink_email(email: str) -> str:
    """Put an invisible word joiner before the "@" of an e-mail address, so that Markdown makes no link of it."""
    return email.replace("@", "\u2060@")
