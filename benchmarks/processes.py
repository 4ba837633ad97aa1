"""Run a process to its end and measure it."""

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

POLL_INTERVAL = 0.1  # seconds


@dataclass(frozen=True)
class ProcessResult:
    """What a process took and printed.

    Attributes:
        status: Exit status.
        seconds: From its start to its end.
        processor_seconds: Time of all processor cores.
        memory: Peak memory in bytes; Linux reports no less than the process that started it had in use itself.
        printed: Its standard output.
    """

    status: int
    seconds: float
    processor_seconds: float
    memory: int
    printed: str


def run_process(settings: Settings, command: list[str], watch: Callable[[int], None] | None = None) -> ProcessResult:
    """Run a command to its end; its standard error is dropped.

    Args:
        settings: Passed on in the environment.
        command: The command.
        watch: Called with the process id every POLL_INTERVAL until the end.
    """
    environment = os.environ | settings.environment() | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment, cwd=PROJECT)
        while watch and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            watch(process.pid)
            time.sleep(POLL_INTERVAL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)  # else Popen warns of a child that nobody waited for
        output.seek(0)
        processor = usage.ru_utime + usage.ru_stime
        return ProcessResult(process.returncode, seconds, processor, usage.ru_maxrss * 1024, output.read())


def train(
    settings: Settings, config: TrainConfig, name: str = "", watch: Callable[[int], None] | None = None
) -> tuple[Run, ProcessResult]:
    """Train a new run in a process of its own.

    Args:
        settings: Where the runs are.
        config: The training's settings.
        name: The run's name.
        watch: As for `run_process`.

    Returns:
        The finished run, and what its process took.

    Raises:
        SystemExit: The training failed.
    """
    run = create_run(settings, config, name)
    result = run_process(settings, [sys.executable, "-m", "catdog.training", str(run.folder)], watch)
    run = open_run(settings, run.id)
    if result.status or not run.finished:
        raise SystemExit(f"{run.name} is {run.state}: {run.status.error}")
    return run, result
