"""The process that prepares MobileNetV2 for LiteRT: python -m catdog.features WEIGHTS CACHE."""

import os
import sys
from pathlib import Path

from catdog.errors import CatDogError
from catdog.features.backbone import prepare_backbone
from catdog.utils.processes import end_with_parent, hasten_tensorflow


def main() -> int:
    """Make the files and return the exit status; what went wrong, if a person can fix it, is one line of output."""
    if len(sys.argv) != 3:
        print("usage: python -m catdog.features WEIGHTS CACHE", file=sys.stderr)
        return 2
    end_with_parent()  # the server, whose folders may be gone after it
    # what TensorFlow prints must not come between
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    hasten_tensorflow()
    weights, cache = map(Path, sys.argv[1:])
    try:
        prepare_backbone(weights, cache)
    except CatDogError as error:
        print(error, file=out, flush=True)
        return 1
    except OSError as error:
        print(f"MobileNetV2 can't be kept in {cache} ({error.strerror or error}): free some disk space.", file=out)
        out.flush()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
