"""What the details of a run on the Train page tell of it."""

from catdog.comparison import describe_data
from catdog.models.specs import MODELS
from catdog.runs import (
    Run,
    bytes_taken,
)
from catdog.training.history import read_history
from catdog.training.phases import describe_fine_tuning
from catdog.training.recipes import describe_extras, describe_recipe
from catdog.utils.text import format_duration, format_percent, format_size, format_time
from pages.components import markdown


def list_details(run: Run) -> dict[str, str]:
    """Return {label: value as plain text} of all that the run's folder tells; what it does not tell is left out."""
    config, details, status = run.config, run.details, run.status
    epochs = 0 if config.quick else len(run.history()["epoch"])
    best = ""
    if not config.quick and run.best_val_accuracy is not None:
        best = f"{format_percent(run.best_val_accuracy)} in epoch {run.best_epoch}, while training"
    test = (run.evaluation or {}).get("test", {})
    photos = f" of {test['photos']:,} images" if test.get("photos") else ""
    ended = format_time(status.finished) if status.finished else ""
    in_epochs = {
        "Epochs": f"{epochs:,} of {config.total_epochs:,}",
        "Ended early": run.ended_early.removeprefix("ended early "),
        "Patience": f"{config.patience:,} epochs" if config.patience else "",
        "Batch size": str(config.batch_size),
        "Learning rate": f"{config.learning_rate:g}, {config.schedule}",
        "Model kept": f"that of the {'best' if config.restore_best else 'last'} epoch",
    }
    values = {
        "Model": f"{config.model}: {MODELS[config.model].title}",
        "Data": run.data.get("title") or describe_data(run),
        "Training data used": format_percent(config.fraction, 0),
        "Recipe": describe_recipe(config),
        **({} if config.quick else in_epochs),
        **describe_extras(config),
        "Fine-tuning": describe_fine_tuning(config, read_history(run.files.history)),
        "Augmentation": config.augmentation.description,
        "Pixels": "scaled to −1..1" if config.scaled else "raw, 0 to 255",
        "Seed": str(config.seed),
        "Validation accuracy": f"{format_percent(run.val_accuracy)} (the kept model, scored once)",
        f"Best of {epochs:,} epochs" if epochs else "Best epoch": best,
        "Test accuracy": f"{format_percent(run.test_accuracy)}{photos}",
        "Training time": format_duration(run.seconds),
        "Sped up by": "; ".join(details.get("faster", [])),
        "Ended": ended,
        "First weights": details.get("weights", {}).get("source", ""),
        "Device": details.get("device", ""),
        "Versions": ", ".join(f"{name} {version}" for name, version in details.get("versions", {}).items()),
        "Who did what": "; ".join(
            f"{entry.what} by {markdown.unlink(entry.by)}, {format_time(entry.at)}" for entry in run.audit_log[-5:]
        ),
        "Folder": str(run.folder),
        "Disk space": format_size(bytes_taken(run.folder)),
        "Note": run.note,
    }
    return {label: value for label, value in values.items() if value}
