"""The Ray executor: every run is a job of a Ray cluster, which queues and places it; there is no queue of ours beside.

The run folder lies on storage that all nodes see. A file "job" in it says which job of which cluster trains it.
"""

import os
import secrets
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from catdog.errors import RunError
from catdog.settings import PROJECT, Cluster, Settings
from catdog.training import RunFolder
from catdog.utils.files import read_json, write_json
from catdog.utils.processes import child_variables

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

WAITING, TRAINING = "PENDING", "RUNNING"
FRESH = 2.0  # seconds for which what Ray said of its jobs is believed
JOB = "CATDOG_RAY_JOB"  # the variable that tells a worker which job it is


class Jobs:
    """What a cluster says of its jobs, asked at most every two seconds however many runs there are."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._states: dict[str, str] | None = None
        self._asked = 0.0

    def state(self, files: RunFolder) -> str | None:
        """Return what Ray says of a run's job, such as "PENDING", "" where it knows no such job.

        None where the cluster can't be reached, or another one has the job.
        """
        job = read_json(files.job) or {}
        if job.get("address") != self._cluster.address:
            return None
        if time.monotonic() - self._asked > FRESH:
            try:
                self._states = {str(one.submission_id): one.status.value for one in client(self._cluster).list_jobs()}
            except Exception:  # whatever a network or another version of Ray may raise
                self._states = None
            self._asked = time.monotonic()
        return None if self._states is None else self._states.get(str(job.get("id")), "")

    def forget(self) -> None:
        """Ask anew the next time."""
        self._asked = 0.0


@lru_cache(maxsize=4)
def jobs_of(cluster: Cluster) -> Jobs:
    """Return what a cluster says of its jobs, the same object for all who ask."""
    return Jobs(cluster)


def client(cluster: Cluster) -> "JobSubmissionClient":
    """Return Ray's client for jobs; RunError where ray is not installed or the cluster can't be reached."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        from ray.job_submission import JobSubmissionClient
    except ImportError as error:
        raise RunError(
            "CATDOG_EXECUTOR is ray, but ray is not installed: python -m pip install -r requirements-ray.txt."
        ) from error
    with _in_words(cluster):
        return JobSubmissionClient(cluster.address)


def start(settings: Settings, folder: RunFolder) -> None:
    """Hand a run to the cluster as a job; RunError where that can't be done, and the run then has no job."""
    cluster = _cluster(settings)
    job = f"{folder.path.name}-{secrets.token_hex(3)}"
    command = [sys.executable, "-m", "catdog.runs.ray_worker", str(folder.path)]
    environment = child_variables(PROJECT, settings.environment()) | {JOB: job}
    ray = client(cluster)
    with _in_words(cluster):
        # before the job is there, so that none is ever unknown to its run
        write_json(folder.job, {"address": cluster.address, "id": job})
        ray.submit_job(
            entrypoint=f"exec {shlex.join(command)} >> {shlex.quote(str(folder.log))} 2>&1",
            submission_id=job,
            runtime_env={"env_vars": environment},
            metadata={"run": folder.path.name},
            entrypoint_num_cpus=cluster.cpus,
            entrypoint_num_gpus=cluster.gpus or None,
            entrypoint_memory=cluster.memory or None,
            entrypoint_resources=dict(cluster.resources) or None,
        )
    jobs_of(cluster).forget()


def withdraw(settings: Settings, folder: RunFolder) -> bool:
    """Take back a job that still waits; return whether it has not begun.

    A job that has begun is left alone: its process sees the stop file, and keeps what it has reached. One that begins
    at this moment finds that the run no longer is queued, or has another job.
    """
    cluster, job = _cluster(settings), read_json(folder.job) or {}
    if job.get("address") != cluster.address:
        raise RunError(
            f"This run waits in another cluster ({job.get('address', 'unknown')}): set CATDOG_RAY_ADDRESS to that one."
        )
    ray, number = client(cluster), str(job.get("id"))
    with _in_words(cluster):
        if ray.get_job_status(number).value != WAITING:
            return False
        ray.stop_job(number)  # Ray ends a job that waits only when its turn has come
    jobs_of(cluster).forget()
    return folder.read_status().state == "queued"


def _cluster(settings: Settings) -> Cluster:
    if settings.cluster is None:
        raise RunError("This run waits in a Ray cluster: set CATDOG_EXECUTOR=ray and CATDOG_RAY_ADDRESS.")
    return settings.cluster


@contextmanager
def _in_words(cluster: Cluster) -> Iterator[None]:
    """Turn what Ray raises into one sentence."""
    try:
        yield
    except RunError:
        raise
    except OSError as error:
        raise _unreachable(cluster) from error
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise RunError(
            f"The Ray cluster at {cluster.address} did not take the request ({first}): look at its dashboard."
        ) from error


def _unreachable(cluster: Cluster) -> RunError:
    return RunError(
        f"The Ray cluster at {cluster.address} can't be reached: start it, or set CATDOG_RAY_ADDRESS; nothing is lost, "
        "and the run can be resumed."
    )
