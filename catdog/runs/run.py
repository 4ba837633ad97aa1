"""One training run as its folder shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catdog.access import Owned
from catdog.errors import RunError
from catdog.evaluation import Predictions, read_predictions
from catdog.runs.audit import AuditEntry, find_owner, find_starter, read_audit_log
from catdog.training import ACTIVE, RESUMABLE, RunFolder, Status, TrainConfig
from catdog.training.history import COLUMNS, read_history
from catdog.training.schedule import ended_early
from catdog.training.status import is_process_gone
from catdog.utils.files import read_json

if TYPE_CHECKING:
    from catdog.runs.executors.ray import Jobs

ALIVE = ("PENDING", "RUNNING")  # what Ray says of a job that waits or trains


@dataclass(frozen=True)
class Run:
    """A run, read from its folder at one moment; read it again to see it move.

    Attributes:
        folder: The run folder; `files` names what is in it.
        id: The folder's name, such as "20261122-143005-model4-k3f9".
        name: What people call it.
        config: Its settings.
        status: How far it is, as in status.json.
        details: The content of config.json: name, settings, and once known data, versions, device, weights.
        evaluation: The content of evaluation.json, scores by split, or None.
        state: As in the status, but "interrupted" when the process is gone, and "stopping" once told to stop.
    """

    folder: Path
    id: str
    name: str
    config: TrainConfig
    status: Status
    details: dict[str, Any]
    evaluation: dict[str, Any] | None
    state: str

    @property
    def files(self) -> RunFolder:
        """The run's files by name."""
        return RunFolder(self.folder)

    @property
    def created(self) -> float:
        """When it was created, in seconds since 1970; 0 if unknown."""
        created = self.details.get("created")
        return float(created) if isinstance(created, int | float) else 0.0

    @property
    def note(self) -> str:
        """What somebody wrote about it, "" if nobody did."""
        return str(self.details.get("note") or "")

    @property
    def sweep(self) -> str:
        """The title of the sweep it belongs to, "" if it was started by itself."""
        return str(self.details.get("sweep") or "")

    @property
    def audit_log(self) -> list[AuditEntry]:
        """What people who had signed in did with it, oldest first."""
        return read_audit_log(self.details)

    @property
    def by(self) -> str:
        """The e-mail address of who started or last resumed it, "" where nobody had signed in."""
        return find_owner(self.audit_log)

    @property
    def owned(self) -> Owned:
        """Whose it is: it belongs to whoever started it, even after somebody else has resumed it."""
        return Owned(f"The run {self.name}", find_starter(self.audit_log))

    @property
    def place(self) -> float:
        """Its place in the queue, lowest first."""
        return self.files.read_place(self.status)

    @property
    def fingerprint(self) -> str:
        """Identifies the data it learned from, "" before it has opened them."""
        return str((self.details.get("data") or {}).get("fingerprint") or "")

    @property
    def classes(self) -> tuple[str, str] | None:
        """The names of class 0 and class 1 that it tells apart, None before it has opened its data."""
        data = self.details.get("data")
        names = data.get("classes") if isinstance(data, dict) else None
        return (str(names[0]), str(names[1])) if isinstance(names, list) and len(names) == 2 else None

    @property
    def best_val_accuracy(self) -> float | None:
        """Highest validation accuracy so far, 0..1, or None."""
        return self.status.best_val_accuracy

    @property
    def best_epoch(self) -> int | None:
        """The epoch of the highest validation accuracy, from 1, or None."""
        return self.status.best_epoch

    @property
    def test_accuracy(self) -> float | None:
        """Accuracy on the test images, 0..1, or None before it is scored."""
        test = (self.evaluation or {}).get("test")
        return test.get("accuracy") if isinstance(test, dict) else None

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
        return self.files.tflite.exists()

    @property
    def resumable(self) -> bool:
        """Whether it can be resumed."""
        return self.state in RESUMABLE

    @property
    def eta(self) -> float | None:
        """Seconds until the last epoch ends, by this run's own pace; None unless it is running and has a pace."""
        status = self.status
        done = status.epoch - 1
        if self.state != "running" or done < 1:
            return None
        share = status.batch / status.batches if status.batches else 0.0
        return max(0.0, status.seconds / done * (status.epochs - done - share))

    @property
    def ended_early(self) -> str:
        """Why it was done before its last epoch, "" if it was not."""
        if not self.finished:
            return ""
        return ended_early(self.config.epochs, self.config.patience, read_history(self.files.history))

    def history(self) -> dict[str, list[float]]:
        """Return the columns of history.csv, a value for each finished epoch.

        They are epoch, seconds, accuracy, loss, val_accuracy, val_loss and learning_rate, see `training.history.Epoch`.
        """
        epochs = read_history(self.files.history)
        return {name: [getattr(epoch, name) for epoch in epochs] for name in COLUMNS}

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
            raise RunError(f"The run {self.name} has no answers to its pictures: {advice}.") from error
        except (OSError, ValueError) as error:
            raise RunError(
                f"The answers that the run {self.name} stored are damaged: train it again with the same settings."
            ) from error

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the log, "" if there is none."""
        try:
            text = self.files.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def to_json(self) -> dict[str, Any]:
        """Return what the command line's --json prints of a run; its keys are a contract."""
        return {
            "id": self.id,
            "name": self.name,
            "model": self.config.model,
            "source": self.config.source,
            "state": self.state,
            "epochs": self.config.epochs,
            "best_val_accuracy": self.best_val_accuracy,
            "test_accuracy": self.test_accuracy,
            "seconds": round(self.seconds, 3),
        }


def read_run(folder: Path, jobs: "Jobs | None" = None) -> Run:
    """Read a run from its folder.

    Args:
        folder: The run folder.
        jobs: The jobs of the Ray cluster that trains, if one does.

    Raises:
        ValueError: The folder holds no run.
        UsageError: Its settings are damaged.
    """
    files = RunFolder(folder)
    details = files.read_config()
    if "config" not in details:
        raise ValueError(f"{folder} has no readable config.json")
    status = files.read_status()
    return Run(
        folder=folder,
        id=folder.name,
        name=str(details.get("name") or folder.name),
        config=TrainConfig.from_dict(details["config"]),
        status=status,
        details=details,
        evaluation=read_json(files.evaluation),
        state=_state(files, status, jobs),
    )


def _state(files: RunFolder, status: Status, jobs: "Jobs | None") -> str:
    if status.state not in ACTIVE:
        return status.state
    if files.job.exists() and status.pid is None:
        lost = jobs is not None and jobs.state(files) not in (*ALIVE, None)
    else:
        lost = is_process_gone(status)
    if lost:
        # the process may have written its last status after we read it
        latest = files.read_status()
        if latest.state not in ACTIVE:
            return latest.state
        # Ray's answer about a job that has just begun may be older than what its process has written
        if latest == status:
            return "interrupted"
    return "stopping" if files.stop.exists() else status.state
