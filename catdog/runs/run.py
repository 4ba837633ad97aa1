"""One training run as its folder shows it."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catdog.errors import RunError
from catdog.evaluation import Predictions, read_predictions
from catdog.runs.ownership import Ownership
from catdog.runs.relations import Relations
from catdog.runs.scores import Scores
from catdog.training import RESUMABLE, RunFolder, Status, TrainConfig
from catdog.training.batch_curve import Point, read_batch_curve
from catdog.training.history import COLUMNS, check_history, read_history
from catdog.training.phases import count_head_epochs, explain_early_end
from catdog.training.records import describe_damage
from catdog.training.sample import Sample, read_sample
from catdog.utils.files import read_regular

NAMELESS = "it does not name the two classes that the run learned"
LOG_BYTES = 100_000  # of a log's end that are read


@dataclass(frozen=True)
class Run(Relations, Scores, Ownership):
    """A run, read from its folder at one moment; read it again to see it move.

    Attributes:
        folder: The run folder; `files` names what is in it.
        id: The folder's name, such as "20261122-143005-model4-k3f9".
        name: What people call it.
        config: Its settings.
        status: How far it is, as in status.json.
        details: The content of config.json: name, settings, and once known data, versions, device, weights. What does
            not fit `training.records.DETAILS` is left out.
        evaluation: The content of evaluation.json, scores by split, or None; likewise.
        state: As in the status, but "interrupted" when the process is gone, and "stopping" once told to stop.
        faults: A sentence for each of these files that is damaged, and used only as far as it is not.
    """

    folder: Path
    id: str
    name: str
    config: TrainConfig
    status: Status
    details: dict[str, Any]
    evaluation: dict[str, Any] | None
    state: str
    faults: tuple[str, ...] = ()

    @property
    def files(self) -> RunFolder:
        """The run's files by name."""
        return RunFolder(self.folder)

    @property
    def created(self) -> float:
        """When it was created, in seconds since 1970; 0 if unknown."""
        return float(self.details.get("created", 0.0))

    @property
    def note(self) -> str:
        """What somebody wrote about it, "" if nobody did."""
        return self.details.get("note", "")

    @property
    def place(self) -> float:
        """Its place in the queue, lowest first."""
        return self.files.read_place(self.status)

    @property
    def data(self) -> dict[str, Any]:
        """What config.json tells of the data it learned from, {} before it has opened them."""
        return self.details.get("data", {})

    @property
    def fingerprint(self) -> str:
        """Identifies the data it learned from, "" before it has opened them."""
        return self.data.get("fingerprint", "")

    @property
    def classes(self) -> tuple[str, str] | None:
        """The names of class 0 and class 1 that it tells apart, None before it has opened its data."""
        names = self.data.get("classes")
        return (names[0], names[1]) if names else None

    def require_classes(self) -> tuple[str, str]:
        """Return the names of class 0 and class 1.

        Raises:
            RunError: config.json does not tell them (any more), so that nobody can say what an answer means.
        """
        if self.classes is None:
            self.require_whole_config()
            raise RunError(describe_damage(self.files.config, NAMELESS))
        return self.classes

    def require_whole_config(self) -> None:
        """Refuse to go on where config.json is damaged.

        Raises:
            RunError: It is.
        """
        for fault in self.faults:
            if self.files.config.name in fault:
                raise RunError(fault)

    @property
    def seconds(self) -> float:
        """Training time of all finished epochs in seconds, validation and stored features included."""
        return self.status.seconds + self.status.prepared

    @property
    def finished(self) -> bool:
        """Whether it trained to its end."""
        return self.state == "done"

    @property
    def usable(self) -> bool:
        """Whether it has a model that can predict."""
        try:
            facts = self.files.tflite.lstat()
        except OSError:
            return False
        return stat.S_ISREG(facts.st_mode) and facts.st_size > 0

    @property
    def resumable(self) -> bool:
        """Whether it can be resumed."""
        return self.state in RESUMABLE

    @property
    def eta(self) -> float | None:
        """Seconds until the last epoch ends, by this run's own pace; None unless it is running and has a pace.

        Epochs of fine-tuning take longer than those before, so with some to come there is no pace until one has ended.
        """
        status = self.status
        done, seconds = status.epoch - 1, status.seconds
        if self.config.fine_tune_layers:
            tuned = read_history(self.files.history)[self.head_epochs or status.epochs :]
            done, seconds = len(tuned), sum(epoch.seconds for epoch in tuned)
        if self.state != "running" or done < 1:
            return None
        share = status.batch / status.batches if status.batches else 0.0
        return max(0.0, seconds / done * (status.epochs - status.epoch + 1 - share))

    @property
    def head_epochs(self) -> int | None:
        """After how many epochs its fine-tuning began; None for a run without, or before it has."""
        if not self.config.fine_tune_layers:
            return None
        return count_head_epochs(self.config, read_history(self.files.history))

    @property
    def ended_early(self) -> str:
        """Why it was done before its last epoch, "" if it was not."""
        return explain_early_end(self.config, read_history(self.files.history)) if self.finished else ""

    def history(self) -> dict[str, list[float]]:
        """Return the columns of history.csv, a value for each finished epoch.

        They are epoch, seconds, accuracy, loss, val_accuracy, val_loss and learning_rate, see `training.history.Epoch`.
        """
        epochs = read_history(self.files.history)
        return {name: [getattr(epoch, name) for epoch in epochs] for name in COLUMNS}

    def batch_curve(self) -> list[Point]:
        """Return (epochs trained, training accuracy since the point before, 0..1) within epochs; maybe none."""
        return read_batch_curve(self.files.batches)

    def sample(self) -> Sample | None:
        """Return a few validation images and what it answered about them so far; None where that is not known."""
        return read_sample(self.files.sample)

    def predictions(self, classes: Sequence[str] | None = None) -> Predictions:
        """Return the stored predictions for every image of the run's dataset.

        Args:
            classes: The names of its classes in the order that is wanted; without them, class 0 is the run's own.

        Raises:
            RunError: The file is missing, empty or damaged.
        """
        try:
            return read_predictions(self.files.predictions).in_order(self.classes, classes)
        except FileNotFoundError as error:
            advice = "train it again" if self.finished else "let it train to its end first"
            raise RunError(f"The run {self.name} has no answers to its images: {advice}.") from error
        except (OSError, ValueError) as error:
            raise RunError(
                f"The answers that the run {self.name} stored in {self.files.predictions.name} are damaged: train it "
                "again with the same settings."
            ) from error

    def list_faults(self) -> list[str]:
        """Return a sentence for each damaged file, also of those that are only read where they are needed."""
        faults = [*self.faults, check_history(self.files.history)[1]]
        if self.files.predictions.exists():
            try:
                self.predictions()
            except RunError as error:
                faults.append(str(error))
        return [fault for fault in faults if fault]

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the log, "" if there is none."""
        try:
            text = read_regular(self.files.log, LOG_BYTES, last=True).decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def to_json(self) -> dict[str, Any]:
        """Return what the command line's --json prints of a run; its keys are a contract.

        "quick" is among them only for a quick training, and "damaged" only where a file is: a sentence for each.
        """
        return {
            "id": self.id,
            "name": self.name,
            "model": self.config.model,
            "source": self.config.source,
            "state": self.state,
            "epochs": self.config.total_epochs,
            "val_accuracy": self.val_accuracy,
            "best_val_accuracy": self.best_val_accuracy,
            "test_accuracy": self.test_accuracy,
            "seconds": round(self.seconds, 3),
            **({"quick": True} if self.config.quick else {}),
            **({"damaged": list(self.faults)} if self.faults else {}),
        }
