"""The curves as event files for TensorBoard, a program for watching trainings, which this one does not need."""

import errno
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.training.history import Epoch

if TYPE_CHECKING:
    import tensorflow as tf

# folders, and names in them, as Keras's own callback has them, so that TensorBoard lays the curves over each other
CURVES = {
    "train": {"epoch_accuracy": "accuracy", "epoch_loss": "loss", "epoch_learning_rate": "learning_rate"},
    "validation": {"epoch_accuracy": "val_accuracy", "epoch_loss": "val_loss"},
}


class EventFiles:
    """The event files in one folder, to which epochs are added; those of a process before are written on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers: dict[str, tf.summary.SummaryWriter] = {}
        self._known = {kind: read_points(folder / kind) for kind in CURVES}

    def write(self, epochs: list[Epoch]) -> None:
        """Write what the files lack of these epochs, so that they show each once, and put it on the disk.

        Raises OSError where that fails, as other files do.
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
            # TensorFlow's name for a full disk is that for a full memory
            full = isinstance(error, tf.errors.ResourceExhaustedError | tf.errors.OutOfRangeError)
            failed = OSError(errno.ENOSPC if full else errno.EIO, error.message.splitlines()[0], str(self.folder))
        if failed:
            raise failed  # out here, so that the error does not lead back to TensorFlow's

    def _write(self, kind: str, epoch: Epoch) -> None:
        import tensorflow as tf

        # not tf.summary.scalar, which needs TensorBoard
        scalar = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        metadata = tf.compat.v1.SummaryMetadata(plugin_data=scalar, data_class="DATA_CLASS_SCALAR")
        for tag, name in CURVES[kind].items():
            value = getattr(epoch, name)
            if value is None or (tag, epoch.epoch) in self._known[kind]:
                continue
            if kind not in self._writers:
                self._writers[kind] = tf.summary.create_file_writer(str(self.folder / kind))
            with self._writers[kind].as_default():
                tf.summary.write(tag, tf.constant(value, tf.float32), step=epoch.epoch, metadata=metadata)
            self._known[kind].add((tag, epoch.epoch))


def read_points(folder: Path) -> set[tuple[str, int]]:
    """Return (name of the curve, epoch) of each point in the folder's event files, as far as they can be read."""
    import tensorflow as tf

    found = set()
    for path in sorted(folder.glob("events.out.tfevents.*")):
        with suppress(tf.errors.OpError):  # a process was killed while it wrote
            for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
                event = tf.compat.v1.Event.FromString(record)
                found |= {(value.tag, event.step) for value in event.summary.value}
    return found
