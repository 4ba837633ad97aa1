"""batches.csv: training accuracy within epochs, so that a curve grows while an epoch is still under way."""

import csv
import io
import time
from pathlib import Path

from catdog.training.config import MAX_EPOCHS
from catdog.utils.files import read_regular, write_text

COLUMNS = ("epochs", "accuracy")
MOST_POINTS = 300  # of a run of up to so many epochs; a longer one has a point for each epoch
MOST_IN_EPOCH = 12  # with 63 batches of 32 images, 192 images a point
MAX_BYTES = 100_000  # of a file; 1,000 points take about 16 kB
INTERVAL = 1.0  # seconds between two writes

#: How many epochs were trained at that moment, such as 2.35, and the accuracy since the point before, 0..1.
Point = tuple[float, float]


class BatchCurve:
    """The training accuracy of a few batches at a time, and its file."""

    def __init__(self, path: Path, epochs: int) -> None:
        """Go on with what earlier processes of the run have written.

        Args:
            path: The file.
            epochs: How many epochs the run has.
        """
        self._path = path
        self._per_epoch = min(MOST_IN_EPOCH, max(1, MOST_POINTS // max(1, epochs)))
        self._points: tuple[Point, ...] = tuple(read_batch_curve(path))
        self._written, self._written_at = self._points, 0.0
        self._finished, self._counted, self._sum = 0, 0, 0.0

    def begin_epoch(self, finished: int) -> None:
        """Begin an epoch after so many finished ones; what was written of it before it was cut off is dropped."""
        self._points = tuple(point for point in self._points if point[0] <= finished)
        self._finished, self._counted, self._sum = finished, 0, 0.0

    def add(self, batch: int, batches: int, accuracy: float) -> None:
        """Take the accuracy, 0..1, of all images of an epoch's first `batch` batches."""
        step = -(-batches // self._per_epoch)
        if batch - self._counted < step and batch < batches:
            return
        total = batch * accuracy
        recent = (total - self._sum) / (batch - self._counted)
        self._counted, self._sum = batch, total
        # another thread writes them, so they are replaced and not changed
        self._points = (*self._points, (self._finished + batch / batches, min(max(recent, 0.0), 1.0)))

    def write(self, at_once: bool = False) -> None:
        """Write the file whole if there is anything new, at most once in INTERVAL unless `at_once`.

        Raises:
            OSError: It can't be written.
        """
        points, now = self._points, time.monotonic()
        if points == self._written or (now - self._written_at < INTERVAL and not at_once):
            return
        self._written_at = now
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((f"{epochs:.6g}", f"{accuracy:.4g}") for epochs, accuracy in points)
        write_text(self._path, table.getvalue(), make_folder=False)
        self._written = points


def read_batch_curve(path: Path) -> list[Point]:
    """Return the points of a file in order; a missing file has none, and a damaged row ends them."""
    points: list[Point] = []
    try:
        for row in csv.DictReader(io.StringIO(read_regular(path, MAX_BYTES).decode())):
            epochs, accuracy = (float(row[name]) for name in COLUMNS)
            before = points[-1][0] if points else 0.0
            if not (before < epochs <= MAX_EPOCHS and 0 <= accuracy <= 1):
                break
            points.append((epochs, accuracy))
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        pass
    return points
