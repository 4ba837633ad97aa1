"""Names that come from elsewhere, of zips, folders and photos, made into names that are safe on every disk."""

import re
import unicodedata

LONGEST = 60  # characters of a name that people read
_BYTES = 200  # of a file's name in UTF-8; most disks allow 255
_SLUG = 40
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')  # on one system or another
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def one_line(text: str, most: int = LONGEST) -> str:
    """Return `text` on one line, without control characters, at most `most` characters long; maybe ""."""
    text = unicodedata.normalize("NFC", text)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text[:most].strip()


def folder_name(text: str, most: int = LONGEST) -> str:
    """Return `text` as the name of a folder directly below another one; "" where nothing of it can be used."""
    name = _FORBIDDEN.sub("_", one_line(text, most)).encode()[:_BYTES].decode(errors="ignore").strip(" .")
    return f"{name}_" if name.partition(".")[0].casefold() in _RESERVED else name


def file_name(text: str) -> str:
    """Return `text` as the name of a file, its suffix kept."""
    stem, dot, suffix = text.rpartition(".")
    return f"{folder_name(stem, _BYTES) or 'picture'}{dot}{folder_name(suffix)}"


def slug(text: str) -> str:
    """Return `text` as a short name of a to z, 0 to 9 and "-"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG].strip("-") or "set"
    return f"{name}-set" if name in _RESERVED else name
