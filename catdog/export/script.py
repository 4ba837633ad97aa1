"""classify.py: the script that comes with an exported model, and what pip must install for it."""

import re
from collections.abc import Mapping

from catdog.export.formats import ExportFormat
from catdog.images.decode import SIZE

SCRIPT, REQUIREMENTS = "classify.py", "requirements.txt"
_COMMON = ("numpy>=2.1,<3", "pillow>=11,<14")

_TEXT = '''"""Says which class a picture shows: python classify.py PICTURE... (install requirements.txt first)."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
{imports}

CLASSES = {classes!r}
MODEL = str(Path(__file__).resolve().parent / "{model}")


def read(path):
    """Return a picture as the model takes it: float32 (1, {size}, {size}, 3), red green blue, 0..255."""
    image = ImageOps.exif_transpose(Image.open(path))  # upright
    if image.mode[0] in "IF":
        sys.exit(f"{{path}} has deeper colours than 8 bits: save it as an ordinary PNG or JPEG first.")
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    pixels = np.asarray(image.convert("RGB"), np.float32)
    for axis in (1, 0):  # bilinear between pixel centres, no smoothing, the aspect ratio not kept
        length = pixels.shape[axis]
        place = (np.arange({size}, dtype=np.float32) + np.float32(0.5)) * np.float32(length / {size}) - np.float32(0.5)
        place = place.clip(0, length - 1)
        first = place.astype(int)
        start, end = pixels.take(first, axis), pixels.take(np.minimum(first + 1, length - 1), axis)
        pixels = start + (end - start) * np.expand_dims(place - first.astype(np.float32), (1 - axis, 2))
    return np.floor(pixels + np.float32(0.5))[np.newaxis]


{classify}

for path in sys.argv[1:]:
    share = probability(read(path))
    print(f"{{path}}: {{CLASSES[share > 0.5]}} (probability of {{CLASSES[1]}}: {{share:.6f}})")
'''

_LITERT = (
    "from ai_edge_litert.interpreter import Interpreter",
    """interpreter = Interpreter(MODEL)
interpreter.allocate_tensors()


def probability(pixels):
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
    interpreter.invoke()
    return float(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0, 0])
""",
)
_KERAS = (
    "import keras",
    """model = keras.saving.load_model(MODEL, compile=False)


def probability(pixels):
    return float(keras.ops.convert_to_numpy(model(pixels, training=False))[0, 0])
""",
)
_LOGITS = (
    "import keras",
    """model = keras.saving.load_model(MODEL, compile=False)


def probability(pixels):
    logits = model(pixels, training=False)  # one number a class, which softmax turns into probabilities
    return float(keras.ops.convert_to_numpy(keras.ops.softmax(logits))[0, 1])
""",
)
_TENSORFLOW = (
    "import tensorflow as tf",
    """model = tf.saved_model.load(MODEL)


def probability(pixels):
    return float(model.signatures["serving_default"](pixels=tf.constant(pixels))["probability"][0, 0])
""",
)
_ONNX = (
    "import onnxruntime",
    """session = onnxruntime.InferenceSession(MODEL, providers=["CPUExecutionProvider"])


def probability(pixels):
    return float(session.run(None, {session.get_inputs()[0].name: pixels})[0][0, 0])
""",
)
_RUNTIMES = {"keras": _KERAS, "tflite": _LITERT, "int8": _LITERT, "savedmodel": _TENSORFLOW, "onnx": _ONNX}


def render_script(file_format: ExportFormat, classes: tuple[str, str], logits: bool) -> str:
    """Return the text of classify.py.

    Args:
        file_format: Format of the model beside it.
        classes: Names of class 0 and class 1.
        logits: Whether the Keras model returns two logits instead of a probability.
    """
    imports, classify = _LOGITS if logits and file_format.name == "keras" else _RUNTIMES[file_format.name]
    return _TEXT.format(imports=imports, classify=classify, classes=classes, model=file_format.model, size=SIZE)


def render_requirements(file_format: ExportFormat, versions: Mapping[str, str]) -> str:
    """Return the text of the requirements.txt beside the script.

    Args:
        file_format: Format of the model beside it.
        versions: Versions of the packages that the model was trained with, by name.
    """
    packages = list(file_format.requirements)
    trained_with = re.match(r"\d+\.\d+", str(versions.get("keras", "")))
    if file_format.name == "keras" and trained_with:  # an older Keras may not read the file of a newer one
        packages[0] = f"keras>={trained_with[0]},<4"
    return "\n".join([*packages, *_COMMON]) + "\n"
