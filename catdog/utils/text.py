"""Numbers in words, the same on every page."""

from datetime import datetime


def format_duration(seconds: float) -> str:
    """Return a time span in words, such as "43 s", "3 min 20 s" or "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def format_time(seconds: float) -> str:
    """Return a time in seconds since 1970 in words, such as "25 Nov 2026, 22:05"."""
    return f"{datetime.fromtimestamp(seconds):%d %b %Y, %H:%M}"


def format_size(number: int) -> str:
    """Return a number of bytes in words, such as "170 MB" or "1.2 GB" (1 MB is a million bytes)."""
    if number < 1_000_000:
        return f"{number / 1000:.0f} kB"
    return f"{number / 1e6:.0f} MB" if number < 1_000_000_000 else f"{number / 1e9:.1f} GB"


def format_percent(share: float | None, digits: int = 1) -> str:
    """Return a share of 0..1 as a percentage, such as "64.2 %"; "–" for None."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def join_names(names: list[str]) -> str:
    """Return names as an enumeration: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
