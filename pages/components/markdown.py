"""Text of users in Markdown, shown as it is."""

import re


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, whatever a file or a folder is called."""
    return re.sub(r"([\\`*\[\]<>$~#|]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", text)


def unlink_email(email: str) -> str:
    """Return an e-mail address with an invisible joint before its "@", so that Markdown makes no link of it."""
    return email.replace("@", "\u2060@")
