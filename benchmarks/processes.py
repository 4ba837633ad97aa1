"""Processes that are measured from their start to their end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from catdog.runs import Run, create_run, open_run
from catdog.settings import PROJECT, Settings
from catdog.training import TrainConfig

POLL_INTERVAL = 0.1  # seconds between two looks at a process


@dataclass(frozen=True)
class ProcessResult:
    """What a process took and left: its exit status, seconds, peak memory in bytes, and what it printed.

    Linux tells no less memory than the process that started it had in use itself.
    """

    status: int
    seconds: float
    processor_seconds: float
    memory: int
    printed: str


def run_process(settings: Settings, command: list[str], look: Callable[[int], None] | None = None) -> ProcessResult:
    """Run a command to its end, its errors unseen; `look` is called with its process id again and again until then."""
    environment = os.environ | settings.environment() | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment, cwd=PROJECT)
        while look and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            look(process.pid)
            time.sleep(POLL_INTERVAL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)  # else Popen warns of a child that nobody waited for
        output.seek(0)
        processor = usage.ru_utime + usage.ru_stime
        return ProcessResult(process.returncode, seconds, processor, usage.ru_maxrss * 1024, output.read())


def train(
    settings: Settings, config: TrainConfig, name: str = "", look: Callable[[int], None] | None = None
) -> tuple[Run, ProcessResult]:
    """Train a new run in a process of its own; return it as it ended. SystemExit where it is not done then."""
    run = create_run(settings, config, name)
    ended = run_process(settings, [sys.executable, "-m", "catdog.training", str(run.folder)], look)
    run = open_run(settings, run.id)
    if ended.status or not run.finished:
        raise SystemExit(f"{run.name} is {run.state}: {run.status.error}")
    return run, ended
