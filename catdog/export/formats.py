"""The file formats to which a trained model can be exported."""

from dataclasses import dataclass

from catdog.errors import UsageError


@dataclass(frozen=True)
class ExportFormat:
    """A file format of exported models.

    Attributes:
        name: Its name on the command line.
        title: Its name in texts.
        good_for: Half a sentence on what it is for.
        model: Name of the model's file in the zip, or of its folder, in which TensorFlow Serving wants one of versions.
        requirements: What pip must install for the script that comes with it.
        packages: Modules that making it needs besides those of the dashboard.
        tolerance: Largest difference in probability from model.tflite that still counts as the same model.
        images: On how many images the two are compared.
    """

    name: str
    title: str
    good_for: str
    model: str
    requirements: tuple[str, ...]
    packages: tuple[str, ...] = ()
    tolerance: float = 1e-4
    images: int = 8

    @property
    def litert(self) -> bool:
        """Whether it is a LiteRT file, which takes one image at a time and tells its classes' names."""
        return self.model.endswith(".tflite")

    @property
    def reads_litert(self) -> bool:
        """Whether what the script needs reads LiteRT files, too, as TensorFlow does."""
        return bool({*_LITERT, *_TENSORFLOW} & {*self.requirements})


_LITERT = ("ai-edge-litert>=2.1,<3",)
_TENSORFLOW = ("tensorflow>=2.20,<3",)
# 8-bit weights change a probability a little, most of all where the model is unsure. On all 3,000 photos the largest
# difference was 0.24 for model4 (on average 0.007), 0.13 and 0.06 for two runs of model1, and 0.009 for model3, while
# another model differs by 0.3 or more on the average image.
_INT8_TOLERANCE = 0.3

FORMATS: dict[str, ExportFormat] = {
    file_format.name: file_format
    for file_format in (
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
            tolerance=_INT8_TOLERANCE,
            images=64,
        ),
        ExportFormat(
            "mediapipe",
            "LiteRT for MediaPipe",
            "for MediaPipe's ImageClassifier on phones, in the browser and in Python: one score a class",
            "model_scores.tflite",
            _LITERT,
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
    """Return the format called `name`.

    Raises:
        UsageError: There is none; the message names all formats.
    """
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}: choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
