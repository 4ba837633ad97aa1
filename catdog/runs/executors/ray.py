"""The Ray executor: every run is a job of a Ray cluster, which queues and places it; there is no queue of ours beside.

The run folder lies on storage that all nodes see. A file "job" in it says which job of which cluster trains it.
"""

import logging
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

logger = logging.getLogger(__name__)

WAITING = "PENDING"  # what Ray calls a job that has not begun
FRESH = 2.0  # seconds for which what Ray has said of its jobs is taken as true
WORKER = "catdog.runs.ray_worker"  # the module that a job runs
JOB = "CATDOG_RAY_JOB"  # the variable that tells a worker which job it is


class Jobs:
    """What a cluster says of its jobs, queried at most every two seconds however many runs there are."""

    def __init__(self, cluster: Cluster) -> None:
        """Query this cluster, as soon as that is needed."""
        self._cluster = cluster
        self._states: dict[str, str] | None = None
        self._queried = 0.0

    def state(self, files: RunFolder) -> str | None:
        """Return what Ray says of a run's job.

        Returns:
            Such as "PENDING"; "" where Ray knows no such job; None where the cluster can't be reached, or another one
            has the job.
        """
        job = read_json(files.job) or {}
        if job.get("address") != self._cluster.address:
            return None
        if time.monotonic() - self._queried > FRESH:
            try:
                infos = connect(self._cluster).list_jobs()
                self._states = {str(info.submission_id): info.status.value for info in infos}
            except Exception:  # whatever a network or another version of Ray may raise
                self._states = None
            self._queried = time.monotonic()
        return None if self._states is None else self._states.get(str(job.get("id")), "")

    def forget(self) -> None:
        """Query anew the next time."""
        self._queried = 0.0


@lru_cache(maxsize=4)
def get_jobs(cluster: Cluster) -> Jobs:
    """Return what a cluster says of its jobs, the same object for all callers."""
    return Jobs(cluster)


def connect(cluster: Cluster) -> "JobSubmissionClient":
    """Return Ray's client for jobs.

    Raises:
        RunError: Ray is not installed, or the cluster can't be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        from ray.job_submission import JobSubmissionClient
    except ImportError as error:
        raise RunError(
            "CATDOG_EXECUTOR is ray, but ray is not installed: python -m pip install -r requirements-ray.txt."
        ) from error
    with _explain_errors(cluster):
        return JobSubmissionClient(cluster.address)


def start(settings: Settings, folder: RunFolder) -> None:
    """Hand a run to the cluster as a job.

    Raises:
        RunError: That can't be done.
        OSError: The folder can't be written.
    """
    cluster = _get_cluster(settings)
    job = f"{folder.path.name}-{secrets.token_hex(3)}"
    command = [sys.executable, "-m", WORKER, str(folder.path)]
    environment = child_variables(PROJECT, settings.environment()) | {JOB: job}
    client = connect(cluster)
    with _explain_errors(cluster):
        # before the job is there, so that no run's job is ever unknown to it
        write_json(folder.job, {"address": cluster.address, "id": job}, make_folder=False)
        client.submit_job(
            entrypoint=f"exec {shlex.join(command)} >> {shlex.quote(str(folder.log))} 2>&1",
            submission_id=job,
            runtime_env={"env_vars": environment},
            metadata={"run": folder.path.name},
            entrypoint_num_cpus=cluster.cpus,
            entrypoint_num_gpus=cluster.gpus or None,
            entrypoint_memory=cluster.memory or None,
            entrypoint_resources=dict(cluster.resources) or None,
        )
    logger.info("handed to Ray as job %s", job)
    get_jobs(cluster).forget()


def withdraw(settings: Settings, folder: RunFolder) -> bool:
    """Take back a job that still waits.

    A job that has begun is left alone: its process sees the stop file, and keeps what it has reached. One that begins
    at this moment finds that the run no longer is queued, or has another job.

    Returns:
        Whether it has not begun.

    Raises:
        RunError: The cluster can't be reached, or it is another one that has the job.
    """
    cluster, job = _get_cluster(settings), read_json(folder.job) or {}
    if job.get("address") != cluster.address:
        raise RunError(
            f"This run waits in another cluster ({job.get('address', 'unknown')}): set CATDOG_RAY_ADDRESS to that one."
        )
    client, job_id = connect(cluster), str(job.get("id"))
    with _explain_errors(cluster):
        if client.get_job_status(job_id).value != WAITING:
            return False
        client.stop_job(job_id)  # Ray ends a job that waits only when its turn has come
    logger.info("job %s withdrawn", job_id)
    get_jobs(cluster).forget()
    return folder.read_status().state == "queued"


def _get_cluster(settings: Settings) -> Cluster:
    if settings.cluster is None:
        raise RunError("This run waits in a Ray cluster: set CATDOG_EXECUTOR=ray and CATDOG_RAY_ADDRESS.")
    return settings.cluster


@contextmanager
def _explain_errors(cluster: Cluster) -> Iterator[None]:
    """Turn what Ray raises into a RunError of one sentence."""
    try:
        yield
    except RunError:
        raise
    except OSError as error:
        raise RunError(
            f"The Ray cluster at {cluster.address} can't be reached: start it, or set CATDOG_RAY_ADDRESS; nothing is "
            "lost, and the run can be resumed."
        ) from error
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise RunError(
            f"The Ray cluster at {cluster.address} did not take the request ({first}): look at its dashboard."
        ) from error
