"""The file formats in which a trained model can be taken away."""

from dataclasses import dataclass

from catdog.errors import UsageError


@dataclass(frozen=True)
class ExportFormat:
    """One format.

    name: as on the command line; title: in words; good_for: half a sentence on what it is for; model: the name of its
    file or folder in the zip; needs: what pip must install for the script that comes with it; packages: modules that
    must be there to make it, besides what the dashboard runs on; tolerance: the largest difference in probability
    from model.tflite that is still the same model; pictures: how many it is compared on.
    """

    name: str
    title: str
    good_for: str
    model: str
    needs: tuple[str, ...]
    packages: tuple[str, ...] = ()
    tolerance: float = 1e-4
    pictures: int = 8


_LITERT = ("ai-edge-litert>=2.1,<3",)
_TENSORFLOW = ("tensorflow>=2.20,<3",)
#: Whole bytes for weights change an answer a little, most of all where the model is unsure. On all 3,000 photos the
#: largest difference was 0.24 for model4 (on average 0.007), 0.13 and 0.06 for two runs of model1 and 0.009 for model3,
#: while a model that answers something else differs by 0.3 or more on the average picture.
_BYTES = 0.3

FORMATS: dict[str, ExportFormat] = {
    each.name: each
    for each in (
        ExportFormat(
            "keras",
            "Keras",
            "to look inside and to train on, in Python",
            "model.keras",
            ("keras>=3.12,<4", *_TENSORFLOW),
        ),
        ExportFormat("tflite", "LiteRT", "for phones, small computers and the fastest start", "model.tflite", _LITERT),
        ExportFormat(
            "int8",
            "LiteRT with 8-bit weights",
            "a quarter of the size, where answers may change a little",
            "model_int8.tflite",
            _LITERT,
            tolerance=_BYTES,
            pictures=64,
        ),
        ExportFormat("savedmodel", "TensorFlow SavedModel", "for TensorFlow Serving", "saved_model", _TENSORFLOW),
        ExportFormat(
            "onnx",
            "ONNX",
            "for ONNX Runtime, in the browser, in C# and elsewhere without TensorFlow",
            "model.onnx",
            ("onnxruntime>=1.23,<2",),
            packages=("tf2onnx", "onnx", "onnxruntime"),
        ),
    )
}


def get_format(name: str) -> ExportFormat:
    """Return the format of this name; UsageError, which names them all, for any other."""
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}: choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
