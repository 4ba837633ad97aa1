"""The memory of a process, as Linux tells it."""

import re
from pathlib import Path


def peak_memory(pid: int | str) -> int:
    """Return the most memory in bytes that a process has had in use, mapped files included; 0 if it has ended."""
    return _memory(pid, "VmHWM")


def memory(pid: int | str) -> int:
    """Return the memory in bytes that a process has in use now, mapped files included; 0 if it has ended."""
    return _memory(pid, "VmRSS")


def own_memory(pid: int | str) -> int:
    """Return the memory in bytes that a process has in use now, without mapped files; 0 if it has ended."""
    return _memory(pid, "RssAnon")


def _memory(pid: int | str, what: str) -> int:
    # not getrusage: its peak counts in what the process was before it became this program
    try:
        found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
