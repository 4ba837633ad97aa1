"""Say which class images show, with the model that lies beside this script.

Install what it needs first: python -m pip install -r requirements.txt
Then: python classify.py photo.jpg more.png FOLDER
"""

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from catdog.errors import ImageError
from catdog.images.decode import load_image
from catdog.images.formats import HEAD, is_image
from catdog.images.resize import resize

CLASSES = ("class 0", "class 1")
MODEL = "model.tflite"
NOVELTY, EXTRACTOR = "novelty.npz", "features.tflite"


def main(arguments: list[str] | None = None) -> int:
    """Classify the images named on the command line, and return the exit status: 1 if one could not be read."""
    for stream in (sys.stdout, sys.stderr):  # a console may lack letters of a file's or a class's name
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(prog="classify.py", description=f"Say whether images show {_name_classes()}.")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="an image's file, or a folder of images")
    parser.add_argument("--json", action="store_true", help="print a list of {path, label, probability, novel} as JSON")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # of small faults in image files
    try:
        return _classify(options.images, options.json)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the answers, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def prepare(path: Path) -> np.ndarray:
    """Read an image as the model takes it.

    Returns:
        float32 (1, 160, 160, 3): rows, columns, then red, green, blue, from 0 to 255.

    Raises:
        ImageError: It can't be read.
    """
    return resize(load_image(path))[np.newaxis].astype(np.float32)


def load_model(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Load the model.

    Args:
        path: Its file or folder.

    Returns:
        A function of what `prepare` returns. In the last column of its result, (1, 1) or (1, 2), is the probability of
        the second class.

    Raises:
        ImportError: A package is not installed.
        Exception: What the package raises where the file is missing or damaged.
    """
    if path.suffix == ".tflite":
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            import tensorflow as tf

            Interpreter = tf.lite.Interpreter  # noqa: N806
        interpreter = Interpreter(str(path))
        interpreter.allocate_tensors()
        source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

        def run(pixels: np.ndarray) -> np.ndarray:
            interpreter.set_tensor(source, pixels)
            interpreter.invoke()
            return interpreter.get_tensor(target)

        return run
    if path.suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        return lambda pixels: session.run(None, {session.get_inputs()[0].name: pixels})[0]
    if path.suffix == ".keras":
        import keras

        model = keras.saving.load_model(path, compile=False)
        # of two columns they are one number a class, which softmax turns into probabilities
        finish = keras.ops.softmax if model.output_shape[-1] == 2 else keras.ops.convert_to_numpy
        return lambda pixels: keras.ops.convert_to_numpy(finish(model(pixels, training=False)))
    import tensorflow as tf

    here = Path.cwd()
    os.chdir(path)  # since TensorFlow takes brackets in a path for a pattern
    try:
        signature = tf.saved_model.load("1").signatures["serving_default"]
    finally:
        os.chdir(here)
    return lambda pixels: signature(pixels=tf.constant(pixels))["probability"].numpy()


def load_detector(folder: Path) -> Callable[[np.ndarray], bool] | None:
    """Load what tells images of another kind from those that the model learned from.

    Args:
        folder: Where novelty.npz and features.tflite lie.

    Returns:
        A function of what `prepare` returns: whether its features are farther from those of every training image than
        for 97% of the validation images. None where the zip came without these files.

    Raises:
        ImportError: A package is not installed.
        Exception: What the package raises where a file is damaged.
    """
    if not (folder / NOVELTY).exists():
        return None
    with np.load(folder / NOVELTY, allow_pickle=False) as arrays:
        reference, threshold = arrays["reference"].astype(np.float32), float(arrays["threshold"])
    extract = load_model(folder / EXTRACTOR)

    def is_novel(pixels: np.ndarray) -> bool:
        values = extract(pixels)[0]
        likeness = reference @ values / max(float(np.linalg.norm(values)), np.finfo(np.float32).tiny)
        return bool(1 - likeness.max() > threshold)

    return is_novel


def _classify(places: list[str], as_json: bool) -> int:
    folder = Path(__file__).resolve().parent
    try:
        model, is_novel = load_model(folder / MODEL), load_detector(folder)
    except ImportError as error:
        return _complain(f"{error}: python -m pip install -r requirements.txt")
    except Exception as error:  # a damaged file makes the runtimes raise nearly anything
        return _complain(f"The model {MODEL} can't be loaded ({error}): unpack the zip again.")
    answers, failures = [], 0
    for path in _find_images(places):
        try:
            pixels = prepare(path)
            probability = float(model(pixels)[0, -1])
            if not 0 <= probability <= 1:
                raise ImageError(f"The model gives no probability for {path.name}: its training has failed.")
        except ImageError as error:
            failures += _complain(str(error))
            continue
        novel = is_novel(pixels) if is_novel else None
        label = CLASSES[probability > 0.5]
        answers.append({"path": str(path), "label": label, "probability": probability, "novel": novel})
        if not as_json:
            warning = "; unlike anything in the training set" if novel else ""
            print(f"{path}: {label} (probability of {CLASSES[1]}: {probability:.6f}){warning}", flush=True)
    if as_json:
        print(json.dumps(answers, indent=2))
    if not answers and not failures:
        failures = _complain("There is no image in what was named: name other files or folders.")
    return int(failures > 0)


def _find_images(places: list[str]) -> Iterator[Path]:
    """Yield the files that were named and, in the order of their names, all images in the folders that were."""
    for place in map(Path, places):
        if not _is_folder(place):
            yield place
            continue
        others = []
        for path in sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith(".")):
            if _may_be_image(path):
                yield path
            else:
                others.append(path.name)
        if others:
            print(f"{place}: left out {len(others)} that are no images, such as {others[0]}", file=sys.stderr)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as a name that is too long
        return False


def _may_be_image(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_image(file.read(HEAD))
    except OSError:
        return True  # reading it will say why it can't be read


def _complain(sentence: str) -> int:
    print(" ".join(sentence.split()), file=sys.stderr, flush=True)  # a runtime's words may be lines
    return 1


def _name_classes() -> str:
    return " or ".join(CLASSES).replace("%", "%%")  # argparse would take a % for the beginning of a name


if __name__ == "__main__":
    sys.exit(main())
