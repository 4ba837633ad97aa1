"""What it takes to catalogue a folder of pictures: python -m benchmarks.cataloguing FOLDER

Prints one line of JSON: pictures, seconds, and by how many bytes the memory of the process grew at its peak.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.measure import peak_memory
from catdog.datasets import open_catalog
from catdog.settings import Settings


def main() -> None:
    """Catalogue the folder once and print what that took."""
    settings, folder = Settings(home=Path("/nowhere")), sys.argv[1]
    before, began = peak_memory("self"), time.monotonic()
    catalog = open_catalog(settings, folder)
    seconds = time.monotonic() - began
    print(json.dumps({"pictures": len(catalog), "seconds": seconds, "memory": peak_memory("self") - before}))


if __name__ == "__main__":
    main()
