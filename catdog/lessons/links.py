"""Where a task's button leads: the page's query parameters, with the student's own runs in them."""

import re

from catdog.lessons.lesson import Task
from catdog.lessons.workspace import Workspace
from catdog.models.specs import MODELS

PLACEHOLDER = re.compile(r"\{(" + "|".join(MODELS) + r")\}")  # the newest finished run of a model, such as "{model1}"


def fill_params(task: Task, workspace: Workspace) -> dict[str, str | list[str]]:
    """Return the query parameters of a task's page.

    Args:
        task: The task. Several placeholders in a row, such as "{model1}{model4}", make several runs.
        workspace: Whose newest finished runs, on the data in use, take the place of the placeholders.

    Returns:
        {name: value, or a list of them}; a parameter whose runs are not there is left out.
    """
    newest: dict[str, str] = {}
    for run in workspace.runs_here():
        if run.finished and not run.config.quick:
            newest.setdefault(run.config.model, run.id)
    for run in workspace.runs_here():
        if run.finished:
            newest.setdefault(run.config.model, run.id)
    params: dict[str, str | list[str]] = {}
    for name, value in task.params.items():
        models = PLACEHOLDER.findall(value)
        ids = [newest[model] for model in models if model in newest]
        if not models:
            params[name] = value
        elif len(ids) == len(models):
            params[name] = ids[0] if len(ids) == 1 else ids
    return params
