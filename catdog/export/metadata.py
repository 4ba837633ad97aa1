"""What a LiteRT file says of itself: what its input and output are, how to normalize, and the classes' names.

The form is TensorFlow Lite's, which MediaPipe and Android Studio read: a FlatBuffer inside the model's, by the schema
metadata_schema.fbs, and the files that it names in a zip behind the model. The packages that write it bring a second
OpenCV or are no longer kept up, and this takes a page.
"""

import io
import zipfile

import flatbuffers
import numpy as np

from catdog.images.decode import SIZE

LABELS, CLASSES = "labels.txt", "classes.txt"

#: A table of the schema: its fields by their number. Text, lists and tables are stored apart from a table; a number is
#: one byte in it, as are the kinds of things that a field may hold.
Table = dict[int, "str | int | list[float] | list[Table] | Table"]

_NAME = "TFLITE_METADATA"  # by which readers find it among the model's buffers
_IDENTIFIER, _MODEL_IDENTIFIER = b"M001", b"TFL3"
_DATE = (1980, 1, 1, 0, 0, 0)
_ALIGNMENT = 16  # of weights, as the format demands; Python's FlatBuffers knows no alignment of vectors
_RGB, _IMAGE, _NORMALIZATION, _AXIS_LABELS = 1, 2, 1, 2


def add_metadata(model: bytes, title: str, classes: tuple[str, str], per_class: bool) -> bytes:
    """Return a LiteRT file with metadata and the files labels.txt and classes.txt.

    Args:
        model: A LiteRT file of float32 (1, 160, 160, 3), 0..255; what metadata it has is replaced.
        title: What the model is called.
        classes: Names of class 0 and class 1.
        per_class: Whether it gives one score a class, (1, 2), rather than the probability of class 1, (1, 1).
    """
    from ai_edge_litert import schema_py_generated as schema

    class AlignedBuffer(schema.BufferT):
        def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802, FlatBuffers' own name
            if self.data is not None:
                builder.Prep(_ALIGNMENT, len(self.data))
            return super().Pack(builder)

    names = [" ".join(name.split()) or "?" for name in classes]  # a label is a line
    unpacked = schema.ModelT.InitFromPackedBuf(model)
    unpacked.metadata = [entry for entry in unpacked.metadata or [] if entry.name != _NAME.encode()]
    unpacked.metadata.append(schema.MetadataT(name=_NAME, buffer=len(unpacked.buffers)))
    description = np.frombuffer(_pack(_describe(title, names, per_class)), np.uint8)
    unpacked.buffers.append(schema.BufferT(data=description))
    for buffer in unpacked.buffers:
        buffer.__class__ = AlignedBuffer
    builder = flatbuffers.Builder(len(model) + 10_000)
    builder.Finish(unpacked.Pack(builder), file_identifier=_MODEL_IDENTIFIER)
    return _append_files(bytes(builder.Output()), {LABELS: names if per_class else names[1:], CLASSES: names})


def _describe(title: str, names: list[str], per_class: bool) -> Table:
    """Return the metadata as the schema's table ModelMetadata."""
    normalization = {0: _NORMALIZATION, 1: {0: [0.0], 1: [1.0]}}  # mean and deviation: the model takes 0..255 as it is
    pixels = {
        0: "pixels",
        1: f"An upright RGB image, resized to {SIZE} × {SIZE} without smoothing; values 0 to 255.",
        3: {0: _IMAGE, 1: {0: _RGB}},
        4: [normalization],
        5: {0: [255.0], 1: [0.0]},
    }
    outputs = {
        0: "score" if per_class else "probability",
        1: f"The probabilities of {names[0]} and {names[1]}." if per_class else f"The probability of {names[1]}.",
        5: {0: [1.0], 1: [0.0]},
        6: [{0: LABELS, 1: "The class of each column.", 2: _AXIS_LABELS}],
    }
    both = {0: CLASSES, 1: "The two classes, in the order of their numbers, 0 and 1."}
    return {
        0: title,
        1: f"Tells {names[0]} (class 0) from {names[1]} (class 1); see model_card.md.",
        3: [{2: [pixels], 3: [outputs], 4: [both]}],
        7: "1.0.0",
    }


def _pack(table: Table) -> bytes:
    builder = flatbuffers.Builder(2000)
    builder.Finish(_write(builder, table), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())


def _write(builder: flatbuffers.Builder, value: "str | list | Table") -> int:
    """Write a value and what is in it, and return where it is."""
    if isinstance(value, str):
        return builder.CreateString(value)
    if isinstance(value, list):
        if isinstance(value[0], float):
            return builder.CreateNumpyVector(np.array(value, np.float32))
        places = [_write(builder, entry) for entry in value]
        builder.StartVector(4, len(places), 4)
        for place in reversed(places):
            builder.PrependUOffsetTRelative(place)
        return builder.EndVector()
    fields = {number: entry if isinstance(entry, int) else _write(builder, entry) for number, entry in value.items()}
    builder.StartObject(max(fields) + 1)
    for number, entry in fields.items():
        if isinstance(value[number], int):
            builder.PrependUint8Slot(number, entry, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(number, entry, 0)
    return builder.EndObject()


def _append_files(model: bytes, files: dict[str, list[str]]) -> bytes:
    """Return the model with a zip of text files, given by their lines, behind it."""
    stream = io.BytesIO(model)
    with zipfile.ZipFile(stream, "a") as zipped:
        for name, lines in files.items():
            zipped.writestr(zipfile.ZipInfo(name, _DATE), "\n".join(lines))
    return stream.getvalue()
