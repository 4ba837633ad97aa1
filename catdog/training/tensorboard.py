"""The learning curves as event files for TensorBoard, which need not be installed."""

import errno
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.training.history import Epoch

if TYPE_CHECKING:
    import tensorflow as tf

# folders and tags as Keras's own callback has them, so that TensorBoard overlays the curves
CURVES = {
    "train": {"epoch_accuracy": "accuracy", "epoch_loss": "loss", "epoch_learning_rate": "learning_rate"},
    "validation": {"epoch_accuracy": "val_accuracy", "epoch_loss": "val_loss"},
}


class EventFiles:
    """The event files in one folder, to which epochs are added; those of an earlier process are written on."""

    def __init__(self, folder: Path) -> None:
        """Read which epochs the files in `folder` have; it need not exist."""
        self.folder = folder
        self._writers: dict[str, tf.summary.SummaryWriter] = {}
        self._points = {kind: read_points(folder / kind) for kind in CURVES}

    def write(self, epochs: list[Epoch]) -> None:
        """Write what the files lack of these epochs, so that they have each once, and flush it to the disk.

        Raises:
            OSError: That fails, as with any other file.
        """
        import tensorflow as tf

        failed: OSError | None = None
        try:
            for epoch in epochs:
                for kind in CURVES:
                    self._write(kind, epoch)
            for writer in self._writers.values():
                writer.flush()
        except tf.errors.OpError as error:
            # TensorFlow has one error for a full disk and for a full memory
            full = isinstance(error, tf.errors.ResourceExhaustedError | tf.errors.OutOfRangeError)
            failed = OSError(errno.ENOSPC if full else errno.EIO, error.message.splitlines()[0], str(self.folder))
        if failed:
            raise failed  # out here, so that its context is not TensorFlow's error

    def _write(self, kind: str, epoch: Epoch) -> None:
        import tensorflow as tf

        # not tf.summary.scalar, which raises TBNotInstalledError without TensorBoard, in TensorFlow 2.21 too
        scalar = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        metadata = tf.compat.v1.SummaryMetadata(plugin_data=scalar, data_class="DATA_CLASS_SCALAR")
        for tag, name in CURVES[kind].items():
            value = getattr(epoch, name)
            if value is None or (tag, epoch.epoch) in self._points[kind]:
                continue
            if kind not in self._writers:
                self.folder.mkdir(exist_ok=True)  # TensorFlow would make the run's folder, too, where that is gone
                self._writers[kind] = tf.summary.create_file_writer(str(self.folder / kind))
            with self._writers[kind].as_default():
                tf.summary.write(tag, tf.constant(value, tf.float32), step=epoch.epoch, metadata=metadata)
            self._points[kind].add((tag, epoch.epoch))


def read_points(folder: Path) -> set[tuple[str, int]]:
    """Return (tag of the curve, epoch) of each point in the folder's event files, as far as they can be read."""
    import tensorflow as tf

    points = set()
    for path in sorted(folder.glob("events.out.tfevents.*")):
        with suppress(tf.errors.OpError):  # a process was killed while it wrote
            for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
                event = tf.compat.v1.Event.FromString(record)
                points |= {(value.tag, event.step) for value in event.summary.value}
    return points
