"""Numbers in words, the same on every page, and names from elsewhere made safe to show and to store."""

import re
import unicodedata
from datetime import datetime

LONGEST = 60  # characters of a name that people read
_BYTES = 200  # of a file's name in UTF-8; most disks allow 255
_SLUG = 40  # characters
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')  # on one system or another
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}


def format_duration(seconds: float) -> str:
    """Return a time span in words, such as "43 s", "3 min 20 s" or "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def format_time(seconds: float) -> str:
    """Return a time in seconds since 1970 in words, local time, such as "25 Nov 2026, 22:05"."""
    return f"{datetime.fromtimestamp(seconds):%d %b %Y, %H:%M}"


def format_size(size: int) -> str:
    """Return a number of bytes in words, such as "170 MB" or "1.2 GB" (1 MB is a million bytes)."""
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1_000_000_000 else f"{size / 1e9:.1f} GB"


def format_percent(share: float | None, digits: int = 1) -> str:
    """Return a share of 0..1 as a percentage, such as "64.2%"; "–" for None."""
    return "–" if share is None else f"{100 * share:.{digits}f}%"


def format_confidence(probability: float, digits: int = 1) -> str:
    """Return the probability of a predicted class, 0..1, such as "97.0%"; never 100%, which no model can know."""
    if probability > 0.999:
        return "> 99.9%"
    return format_percent(probability, max(digits, 1) if probability >= 0.99 else digits)


def join_names(names: list[str]) -> str:
    """Return names as an enumeration: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def escape_markdown(text: str) -> str:
    """Escape `text` so that Markdown shows it as it is, whatever a file or a folder is called."""
    return re.sub(r"([\\`*\[\]<>$~#|]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", text)


def one_line(text: str, most: int = LONGEST) -> str:
    """Return `text` on one line, without control characters, at most `most` characters long; maybe ""."""
    text = unicodedata.normalize("NFC", text)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text[:most].strip()


def safe_folder_name(text: str, most: int = LONGEST) -> str:
    """Return `text` as the name of a folder on any system; "" where nothing of it can be used."""
    name = _FORBIDDEN.sub("_", one_line(text, most)).encode()[:_BYTES].decode(errors="ignore").strip(" .")
    return f"{name}_" if name.partition(".")[0].casefold() in _RESERVED else name


def safe_file_name(text: str) -> str:
    """Return `text` as the name of a file on any system, its suffix kept."""
    stem, dot, suffix = text.rpartition(".")
    if not stem:
        return safe_folder_name(text, _BYTES) or "picture"
    return f"{safe_folder_name(stem, _BYTES) or 'image'}{dot}{safe_folder_name(suffix)}"


def slugify(text: str) -> str:
    """Return `text` as a short name of a to z, 0 to 9 and "-", never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG].strip("-") or "set"
    return f"{name}-set" if name in _RESERVED else name
