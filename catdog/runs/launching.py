"""Creating runs and starting them at once."""

from catdog.runs.actions import create_run, start_run
from catdog.runs.quota import reserve_quota
from catdog.runs.run import Run
from catdog.settings import Settings
from catdog.training import TrainConfig


def launch(settings: Settings, config: TrainConfig, name: str = "", by: str = "", sweep: str = "") -> Run:
    """Create a run and start it; raise as create_run and start_run do, and AccessError where there may be no more."""
    return launch_all(settings, [config], [name], by, sweep)[0]


def launch_all(
    settings: Settings, configs: list[TrainConfig], names: list[str], by: str = "", sweep: str = ""
) -> list[Run]:
    """Create and start a run of each configuration, with these names, in this order.

    sweep: what the sweep is called that they make together, "" where they make none, see sweep_title.

    Raises AccessError, with none started, where the person would have more runs than allowed; UsageError and RunError
    as create_run and start_run do, with those before started.
    """
    runs = []
    with reserve_quota(settings, len(configs), by):
        for config, name in zip(configs, names, strict=True):
            runs.append(create_run(settings, config, name, by, sweep))
            start_run(settings, runs[-1])
    return runs
