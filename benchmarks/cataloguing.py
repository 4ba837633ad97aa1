"""What it takes to catalogue a folder of pictures: python -m benchmarks.cataloguing FOLDER

Prints one line of JSON: pictures, seconds, and by how many bytes the memory of the process grew at its peak.
"""

import json
import re
import sys
import time
from pathlib import Path

from catdog.dataset import open_catalog
from catdog.settings import Settings


def main() -> None:
    """Catalogue the folder once and print what that took."""
    settings, folder = Settings(home=Path("/nowhere")), sys.argv[1]
    before, began = peak_memory("self"), time.monotonic()
    catalog = open_catalog(settings, folder)
    seconds = time.monotonic() - began
    print(json.dumps({"pictures": len(catalog), "seconds": seconds, "memory": peak_memory("self") - before}))


def peak_memory(pid: int | str) -> int:
    """Return the most memory in bytes that a process has had in use, mapped files included; 0 if it has ended."""
    return _memory(pid, "VmHWM")


def memory(pid: int | str) -> int:
    """Return the memory in bytes that a process has in use now, mapped files included; 0 if it has ended."""
    return _memory(pid, "VmRSS")


def _memory(pid: int | str, what: str) -> int:
    # not getrusage: its peak counts in what the process was before it became this program
    try:
        found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main()
