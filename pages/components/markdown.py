"""Text of users inside Markdown, shown as it is."""

import re


def escape(text: str) -> str:
    """Escape `text` so that Markdown shows it as it is, whatever a file or a folder is called."""
    return re.sub(r"([\\`*\[\]<>$~#|]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", text)


def unlink_email(email: str) -> str:
    """Put an invisible word joiner before the "@" of an e-mail address, so that Markdown makes no link of it."""
    return email.replace("@", "\u2060@")
