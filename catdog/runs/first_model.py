"""The first model: on a fresh machine a quick model4 is trained by itself, so that Predict can answer from the start.

`python -m catdog.runs.first_model` prepares and starts its run. The server starts that process and forgets it.
"""

import logging
import sys

from catdog.datasets import default_source, open_catalog
from catdog.datasets.exclusions import list_excluded, mark_excluded
from catdog.errors import CatDogError
from catdog.models.mobilenet import find_weights
from catdog.runs.launching import launch
from catdog.runs.run import Run
from catdog.runs.store import list_entries
from catdog.settings import PROJECT, Settings
from catdog.training.recipes import make_quick_config
from catdog.utils.locks import hold_lock
from catdog.utils.processes import log_to_stderr, start_process
from catdog.utils.progress import silent

JOB = "catdog.runs.first_model"

logger = logging.getLogger("catdog.runs.first_model")


def is_first_model_due(settings: Settings) -> bool:
    """Tell whether a first model is wanted here: there is no run yet, and the machine is one person's own."""
    alone = settings.members is None and settings.cluster is None
    return settings.first_model and alone and not list_entries(settings)


def start_first_model(settings: Settings) -> None:
    """Start the process that trains a first model, where one is due; it outlives this one."""
    if is_first_model_due(settings):
        try:
            start_process(JOB, project=PROJECT, variables=settings.environment())
        except OSError:
            logger.warning("no process could be started for a first model", exc_info=True)


def launch_first_model(settings: Settings) -> Run | None:
    """Start the training of a first model, on the photos or, without them, on the drawn images.

    Whichever process comes first starts it; another one finds that there is a run.

    Returns:
        The run; None where none is due (any more).

    Raises:
        CatDogError: MobileNetV2's weights can't be had, or the images or the run can't be stored.
        OSError: The cache can't be written.
    """
    find_weights(settings)  # before there is a run, which would fail without them
    catalog = open_catalog(settings, default_source(settings))
    catalog = mark_excluded(catalog, list_excluded(settings, catalog))
    settings.cache.mkdir(parents=True, exist_ok=True)
    with hold_lock(settings.cache / "first-model.lock", silent, "waiting"):
        if not is_first_model_due(settings):
            return None
        return launch(settings, make_quick_config(catalog.source), catalog=catalog)


def main() -> int:
    """Start the training where one is due; return the exit status."""
    log_to_stderr()
    settings = Settings.from_environment()
    if not is_first_model_due(settings):
        return 0
    try:
        run = launch_first_model(settings)
    except (CatDogError, OSError) as error:
        logger.warning("no first model: %s", error)
        return 1
    if run is not None:
        logger.info("a first model trains in the background: %s (CATDOG_FIRST_MODEL=0 turns this off)", run.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
