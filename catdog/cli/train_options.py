"""The options of `python -m catdog train` that are settings of the run."""

import argparse
from typing import TYPE_CHECKING, Any

from catdog.errors import UsageError

if TYPE_CHECKING:
    from catdog.training import TrainConfig

OPTIONS = (
    *("epochs", "batch_size", "learning_rate", "seed", "fraction", "exact"),
    *("patience", "schedule", "restore_best"),
    *("flip", "zoom", "translation", "contrast", "brightness", "fill"),
    *("label_smoothing", "weight_decay", "clip_norm", "scaling"),
    *("fine_tune_layers", "fine_tune_epochs", "fine_tune_rate"),
)


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Describe the options; those that are not given stay None."""
    parser.add_argument(
        "--recipe",
        default="steady",
        metavar="NAME",
        help="where all other settings come from unless they are given: steady (the default: a smaller "
        "learning rate where a model needs it), published (the reference course's) or tuned "
        "(more epochs and every other help)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="model4 only: fit its last layer at once, on images as they are, which takes seconds; of the other "
        "settings only --seed and --fraction count",
    )
    parser.add_argument("--epochs", type=int, help="passes over the training images (default: as the recipe)")
    parser.add_argument("--batch-size", type=int, help="images in each step (default: as the recipe)")
    parser.add_argument("--learning-rate", type=float, help="how far each step goes (default: as the recipe)")
    parser.add_argument("--seed", type=int, help="where the random numbers start (default 1)")
    parser.add_argument("--fraction", type=float, help="share of the training images, up to 1 (default 1)")
    parser.add_argument(
        "--exact",
        action="store_true",
        default=None,
        help="the reference course's arithmetic, slower: no bfloat16, no fused update",
    )
    parser.add_argument(
        "--patience",
        type=int,
        metavar="EPOCHS",
        help="end early after so many epochs without a better validation accuracy (default 0: never)",
    )
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        help="the learning rate: constant, cosine (falls to almost 0) or plateau (falls to a tenth whenever the "
        "validation loss has not got better for 3 epochs) (default: as the recipe)",
    )
    parser.add_argument(
        "--last-epoch",
        action="store_const",
        const=False,
        dest="restore_best",
        help="keep the weights of the last epoch, not those of the best one",
    )
    parser.add_argument(
        "--flip",
        metavar="AXES",
        help="flip images at random: none, horizontal, vertical or horizontal_and_vertical (default: as the recipe)",
    )
    parser.add_argument(
        "--turn",
        type=float,
        metavar="DEGREES",
        help="rotate images at random, up to this far either way, 0 to 180 (default: as the recipe)",
    )
    parser.add_argument(
        "--scale-pixels",
        action=argparse.BooleanOptionalAction,
        default=None,
        dest="scaling",
        help="scale pixel values from 0..255 to -1..1 before anything else, or don't (default: as the model)",
    )
    _add_augmentation_options(parser)
    _add_optimizer_options(parser)
    _add_fine_tuning_options(parser)


def make_configs(arguments: argparse.Namespace, source: str) -> "list[TrainConfig]":
    """Return the settings of a training for each of the models that were given.

    Raises:
        UsageError: A value is out of bounds, or one that does not count with another was given.
    """
    from catdog.training.recipes import make_config, make_quick_config
    from catdog.training.sweep import OF_QUICK

    values = read_settings(arguments)
    if not arguments.quick:
        return [make_config(model, arguments.recipe, source=source, **values) for model in arguments.models]
    axes = {text.partition("=")[0].strip().replace("-", "_") for text in arguments.grid}
    if others := sorted((set(values) | axes) - set(OF_QUICK)):
        raise UsageError(f"--quick has no setting {others[0].replace('_', ' ')}: leave it away, or train in epochs.")
    if set(arguments.models) != {"model4"}:
        raise UsageError("--quick fits the last layer of model4 only: name model4, or train in epochs.")
    return [make_quick_config(source, **values) for _ in arguments.models]


def read_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return {field of `TrainConfig`: value} of the options that were given.

    Raises:
        UsageError: The rotation is out of bounds, or options of fine-tuning were given without its layers.
    """
    from catdog.augmentation.config import rotation_from_degrees

    if not arguments.fine_tune_layers and not _sweeps_layers(arguments):
        for name in ("fine_tune_epochs", "fine_tune_rate"):
            if getattr(arguments, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise UsageError(f"{option} counts only with --fine-tune-layers: say how many layers to fine-tune.")

    values = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name) is not None}
    if arguments.turn is not None:
        values["rotation"] = rotation_from_degrees(arguments.turn)
    return values


def _add_augmentation_options(parser: argparse.ArgumentParser) -> None:
    """Describe the options for augmentations that no model has by itself; without one it is as in the recipe."""
    share = {"type": float, "metavar": "SHARE"}
    parser.add_argument(
        "--zoom", help="show up to so much more or less of an image, 0 to 0.9 (default: as the recipe)", **share
    )
    parser.add_argument(
        "--shift",
        dest="translation",
        help="shift images at random, each way up to this share of width and height, 0 to 1 (default: as the recipe)",
        **share,
    )
    parser.add_argument(
        "--contrast", help="strengthen or weaken the contrast by up to, 0 to 1 (default: as the recipe)", **share
    )
    parser.add_argument(
        "--brightness", help="make images brighter or darker by up to, 0 to 1 (default: as the recipe)", **share
    )
    parser.add_argument(
        "--fill",
        metavar="NAME",
        help="what is seen beyond an image's edge: reflect (its mirror image, the default), constant (black), wrap "
        "(its opposite side) or nearest (the nearest pixel)",
    )


def _add_optimizer_options(parser: argparse.ArgumentParser) -> None:
    """Describe the options for the loss and the optimizer; without one it is as in the recipe."""
    parser.add_argument(
        "--label-smoothing",
        type=float,
        metavar="SHARE",
        help="aim at labels that are moved so far from 0 and 1 towards one half, 0 to 0.99 (default: as the recipe)",
    )
    parser.add_argument(
        "--weight-decay",
        type=float,
        metavar="SHARE",
        help="shrink the weights by this share of the learning rate at each step, 0 to 1 (default: as the recipe)",
    )
    parser.add_argument(
        "--clip-norm",
        type=float,
        metavar="NORM",
        help="scale the gradients down to this norm where theirs is larger; 0 for no limit (default: as the recipe)",
    )


def _add_fine_tuning_options(parser: argparse.ArgumentParser) -> None:
    """Describe the options for what model4 alone can do."""
    parser.add_argument(
        "--fine-tune-layers",
        type=int,
        metavar="LAYERS",
        help="model4 only: once its head is trained, train on with so many of MobileNetV2's top layers, 3 to 153 "
        "(default 0: none)",
    )
    parser.add_argument(
        "--fine-tune-epochs", type=int, metavar="EPOCHS", help="epochs of fine-tuning, after the others (default 6)"
    )
    parser.add_argument(
        "--fine-tune-rate", type=float, metavar="RATE", help="the learning rate of fine-tuning (default 0.0001)"
    )


def _sweeps_layers(arguments: argparse.Namespace) -> bool:
    return any(text.replace("-", "_").strip().startswith("fine_tune_layers") for text in arguments.grid)
