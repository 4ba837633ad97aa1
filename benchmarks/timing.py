"""The time that a call takes."""

import statistics
import time
from collections.abc import Callable


def median_seconds(call: Callable[[], object], times: int, uncounted: int = 0) -> float:
    """Return the median seconds of that many calls, after `uncounted` ones that warm up."""
    found = []
    for number in range(uncounted + times):
        began = time.perf_counter()
        call()
        if number >= uncounted:
            found.append(time.perf_counter() - began)
    return statistics.median(found)
