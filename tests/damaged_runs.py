"""Run folders whose files somebody has edited, cut or replaced: a strategy for Hypothesis, and how one is written."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from catdog.training import ACTIVE, Status
from catdog.training.status import identify_process

HISTORY = (
    "epoch,seconds,accuracy,loss,val_accuracy,val_loss,learning_rate\n"
    "1,2.5,0.5,0.7,0.6,0.65,0.001\n2,2.5,0.6,0.6,0.7,0.5,0.001\n3,2.5,0.7,0.5,0.8,0.4,0.001\n"
)
CONFIG: dict[str, Any] = {
    "name": "mine",
    "created": 1795680000.5,
    "config": {"model": "model1", "source": "drawn", "epochs": 3, "flip": None, "rotation": None},
    "sweep": "seeds, 26 Nov 10:59",
    "launch": "0123456789abcdef",
    "note": "a note",
    "acts": [{"what": "started", "by": "anna@school.example", "at": 1795680000.5}],
    "data": {
        "source": "drawn",
        "title": "40 drawn images",
        "note": "",
        "classes": ["cats", "dogs"],
        "counts": {split: {"cats": 12, "dogs": 12} for split in ("training", "validation", "test")},
        "baseline": 0.5,
        "fingerprint": "0" * 16,
        "excluded": {"pictures": 1, "digest": "abcd", "paths": ["train/cats/1.jpg"]},
    },
    "device": "CPU",
    "versions": {"python": "3.11", "keras": "3.12"},
    "faster": ["bfloat16"],
    "weights": {"source": "a file", "path": "/nowhere"},
    "memory": 900_000_000,
}
STATUS: dict[str, Any] = {
    **{"state": "done", "message": "", "epoch": 3, "epochs": 3, "batch": 4, "batches": 4, "queued": 1795680000.5},
    **{"started": 1795680001.0, "updated": 1795680009.0, "finished": 1795680009.0, "seconds": 7.5, "prepared": 0.0},
    **{"best_val_accuracy": 0.8, "best_epoch": 3, "pid": None, "pid_started": None, "host": "", "boot": ""},
    **{"error": "", "scoring": False},
}
SCORES = {"accuracy": 0.75, "loss": 0.5, "photos": 8, "confusion": [[3, 1], [1, 3]]}
WHOLE = {
    "config.json": CONFIG,
    "status.json": STATUS,
    "evaluation.json": {"validation": SCORES, "test": SCORES},
    "history.csv": HISTORY,
    "predictions.csv": "path,label,probability,split\ntrain/cats/1.jpg,0,0.25,test\ntrain/dogs/1.jpg,1,0.75,test\n",
    "model.tflite": "stands for a model",
    "model.keras": "stands for a model",
    "log.txt": "first\nlast\n",
}
ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 0.5, 2, 10**12, 10**300, 1e300, -1e300, float("nan"), float("inf")),
    *("", " ", "x", "high", "queued", "running", "../..", "/etc/passwd", "\0", "\ud800", "\x1b[31m", "<b>", "$x$"),
    *("a" * 5000, [], [1, 2], ["a"], ["a", "b", "c"], [["a"]], {}, {"a": 1}, {"a": {"b": "c"}}, {"": None}),
)
NO_JSON = ("", "{", "[" * 50_000, "null", "[]", '"text"', "5", "\ufeff{}", '{"config": ' * 2000)
ODD_CELLS = ("", "x", "-1", "9", "nan", "inf", "1e400", "0.5", "1,1", '"', "\0", "../../x", "training")


@st.composite
def run_files(draw: st.DrawFn) -> dict[str, str | None]:
    """Return the text of each file of a run, of which one to three are damaged or, as None, missing."""
    files: dict[str, Any] = copy.deepcopy(WHOLE)
    for name in draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3)):
        content = files[name]
        how = draw(st.sampled_from(("edited", "edited", "edited", "edited", "cut", "replaced", "missing")))
        if how == "edited" and isinstance(content, dict):
            _edit(draw, content)
        elif how == "edited" and content and name.endswith(".csv"):
            rows = [line.split(",") for line in content.splitlines()]
            row = draw(st.sampled_from(rows))
            row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(ODD_CELLS))
            files[name] = "\n".join(map(",".join, rows)) + "\n"
        elif how == "cut" and content is not None:
            text = _to_text(content)
            files[name] = text[: draw(st.integers(0, len(text)))]
        elif how != "edited":
            files[name] = None if how == "missing" else draw(st.sampled_from(NO_JSON))
    if draw(st.integers(0, 5)) == 0:
        files[draw(st.sampled_from(("stop", "place", "job")))] = draw(st.sampled_from(("", "nan", "-1e400", "[", "{}")))
    return {name: content if content is None else _to_text(content) for name, content in files.items()}


def write_run(folder: Path, files: dict[str, str | None]) -> Path:
    """Write the files of a run into a new folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        if text is not None:
            (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def active_status() -> dict[str, Any]:
    """Return the status of a run that this process trains."""
    assert "running" in ACTIVE
    return vars(Status(state="running", epoch=1, epochs=3, batch=1, batches=4, message="training")) | identify_process()


def _edit(draw: st.DrawFn, content: dict[str, Any]) -> None:
    """Put an odd value in place of some value of an object, at any depth."""
    name = draw(st.sampled_from(sorted(content)))
    if isinstance(content[name], dict) and content[name] and draw(st.integers(0, 3)):
        _edit(draw, content[name])
    else:
        content[name] = draw(st.sampled_from(ODD))


def _to_text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)
