"""What checks look at, and what they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catdog.datasets import Catalog
from catdog.runs import Run
from catdog.settings import Settings


@dataclass(frozen=True, eq=False)
class Workspace:
    """What a person works on.

    Attributes:
        runs: The person's own runs, newest first; all runs where nobody signs in.
        catalog: The data in use.
        settings: Of this installation.
    """

    runs: Sequence[Run]
    catalog: Catalog
    settings: Settings

    def runs_here(self) -> list[Run]:
        """Return the runs that learn, or are going to learn, from the data in use, newest first."""
        return [run for run in self.runs if self.is_here(run)]

    def is_here(self, run: Run) -> bool:
        """Tell whether a run learns from the data in use; before it has opened them, its source tells."""
        if run.fingerprint:
            return run.fingerprint == self.catalog.fingerprint
        return run.config.source == self.catalog.source and not run.finished


@dataclass(frozen=True)
class Outcome:
    """What a check has found.

    Attributes:
        passed: Whether the task is done.
        reason: Why, in one or two sentences of Markdown, with the student's own numbers.
        evidence: What was found, as plain values for JSON; {} where the task is not done.
    """

    passed: bool
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
