"""The notebook of one or several runs: the same training in plain Keras, beside what the runs got."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from catdog.errors import UsageError
from catdog.export.notebook.cells import Cell, escape, sentences, to_notebook, to_script
from catdog.export.notebook.data import Data, describe_run_data
from catdog.export.notebook.head import add_head
from catdog.export.notebook.photos import write_data_cells
from catdog.export.notebook.results import Reference, write_chart_cells, write_result_cells
from catdog.export.notebook.training import write_training_cells
from catdog.models.specs import get_spec
from catdog.settings import Settings
from catdog.training.recipes import describe_recipe

if TYPE_CHECKING:
    from catdog.runs import Run

DASHBOARD = "the dashboard"
_EXACT = (
    "The run computed exactly, as this notebook does. On the same kind of processor the loss of the first epoch agrees "
    "within 1%; later epochs drift apart by rounding, as far as two seeds may."
)
_FAST = "This notebook takes none, so its accuracies differ from the run's as those of another seed would."
_QUICK = "Nothing is left to chance here, so the accuracies agree with the run's to about one photo."


def render_notebook(runs: "Sequence[Run]", names: Mapping[str, str], settings: Settings) -> bytes:
    """Return a notebook that trains in plain Keras what the runs have trained, as a .ipynb file, UTF-8.

    It needs nothing of this project, and runs on Colab as it is. Photos are downloaded from where they were published,
    or read from a folder that a variable at its top names.

    Args:
        runs: Finished runs.
        names: What to call each run, by its id.
        settings: Where the drawn images are.

    Raises:
        RunError: A file of a run is missing or damaged.
        UsageError: There are no runs.
    """
    return to_notebook(_write_cells(runs, names, settings))


def render_script(runs: "Sequence[Run]", names: Mapping[str, str], settings: Settings) -> bytes:
    """Return the notebook of `render_notebook` as a Python script with marks of its cells; errors as there."""
    return to_script(_write_cells(runs, names, settings))


def _write_cells(runs: "Sequence[Run]", names: Mapping[str, str], settings: Settings) -> list[Cell]:
    if not runs:
        raise UsageError("A notebook needs a run: name one.")
    by_data: dict[Data, list[Run]] = {}
    for run in runs:
        by_data.setdefault(describe_run_data(run, settings), []).append(run)
    weights = [
        (run.details.get("weights") or {}).get("source", "") for run in runs if get_spec(run.config.model).backbone
    ]
    cells = []
    for data, members in by_data.items():
        cells += write_data_cells(data)
        for run in members:
            cells += _write_run_cells(run, names[run.id])
    return add_head([*cells, *(write_chart_cells() if len(runs) > 1 else [])], _write_title(runs, names), weights)


def _write_title(runs: "Sequence[Run]", names: Mapping[str, str]) -> str:
    called = [f"**{escape(names[run.id])}**" for run in runs]
    if len(runs) == 1:
        return (
            f"# {_name_classes(runs[0])}: {runs[0].config.model}\n\nThis notebook trains in plain Keras what the run "
            f"{called[0]} trained in the dashboard Cats & Dogs: on the same photos, with the same settings and seed."
        )
    return (
        f"# {_name_classes(runs[0])}: {len(runs)} trainings\n\nThis notebook trains in plain Keras what these runs "
        "trained in the dashboard Cats & Dogs, on the same photos, with the same settings and seeds: "
        f"{', '.join(called)}."
    )


def _name_classes(run: "Run") -> str:
    name = " and ".join(escape(name) for name in run.require_classes())
    return f"{name[:1].upper()}{name[1:]}"


def _write_run_cells(run: "Run", name: str) -> list[Cell]:
    config, spec = run.config, get_spec(run.config.model)
    agreement = _QUICK if config.quick else _EXACT if config.exact else f"{_describe_shortcuts(run)} {_FAST}"
    return [
        sentences(
            f"## {escape(name)}",
            f"{spec.title} ({config.model}). Recipe: {describe_recipe(config)}. {agreement}",
        ),
        *write_training_cells(config),
        *write_result_cells(name, _read_reference(run), not config.quick),
    ]


def _describe_shortcuts(run: "Run") -> str:
    shortcuts = [escape(text) for text in run.details.get("faster") or ()]
    if not shortcuts:
        return "The dashboard may have taken shortcuts that make training faster."
    return f"The dashboard took shortcuts that make training faster: {'; '.join(shortcuts)}."


def _read_reference(run: "Run") -> Reference:
    """Return what a run got: the kept model's scores, and the accuracies of its epochs."""
    scores = {
        split: {name: round(values[name], 4) for name in ("accuracy", "loss") if values.get(name) is not None}
        for split, values in (run.evaluation or {}).items()
    }
    history = run.history()
    curves = {
        name: [value if math.isfinite(value) else None for value in history[name]]
        for name in ("accuracy", "val_accuracy")
    }
    return Reference(DASHBOARD, scores, curves if history["epoch"] else {})
