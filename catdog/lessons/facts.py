"""The facts that a lesson's texts can show."""

from collections.abc import Mapping
from typing import Any

from catdog.datasets import SPLITS, TEST, TRAINING, VALIDATION
from catdog.lessons.workspace import Workspace
from catdog.models.published import CURVES
from catdog.models.specs import MODELS
from catdog.utils.text import escape_markdown


def gather_facts(workspace: Workspace) -> dict[str, Any]:
    """Return what a template can show without anybody having done anything.

    Returns:
        "data": of the images in use; "models": of the four; "reference": what the reference course published.
    """
    catalog = workspace.catalog
    counts = {split: len(catalog.indices(split)) for split in SPLITS}
    kinds = {"photos": "photos", "drawn": "drawn images"}
    return {
        "data": {
            "title": escape_markdown(catalog.title),
            "kind": kinds.get(catalog.source, "images"),
            "is_photos": catalog.source == "photos",
            "first": escape_markdown(catalog.classes[0]),
            "second": escape_markdown(catalog.classes[1]),
            "images": sum(counts.values()),
            "training": counts[TRAINING],
            "validation": counts[VALIDATION],
            "test": counts[TEST],
            "baseline": 100 * catalog.baseline,
            "point": 100 / counts[TEST],
        },
        "models": {
            name: {
                "title": spec.title,
                "parameters": spec.parameters,
                "trainable": spec.trainable_parameters,
                "flip": spec.augmentation.flip,
            }
            for name, spec in MODELS.items()
        },
        "reference": {
            name: {
                "accuracy": 100 * spec.published.best_accuracy,
                "val_accuracy": 100 * spec.published.best_val_accuracy,
                "test_accuracy": 100 * (spec.published.test_accuracy or 0) or None,
                "epochs": len(CURVES[name]["accuracy"]),
            }
            for name, spec in MODELS.items()
        },
    }


def escape_all(value: Any) -> Any:
    """Return plain values with every text in them escaped for Markdown."""
    if isinstance(value, str):
        return escape_markdown(value)
    if isinstance(value, Mapping):
        return {name: escape_all(inner) for name, inner in value.items()}
    return [escape_all(inner) for inner in value] if isinstance(value, list) else value
