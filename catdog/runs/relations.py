"""To which other runs a run belongs: its sweep, the run that it is an ablation of, the run that it is to fix."""

from typing import Any


class Relations:
    """What a run's config.json tells of its relations.

    Attributes:
        details: As of a Run.
    """

    details: dict[str, Any]

    @property
    def sweep(self) -> str:
        """The title of the sweep it belongs to, "" if it was started by itself."""
        return self.details.get("sweep", "")

    @property
    def original(self) -> str:
        """The id of the run of which it is an ablation, "" for none; that run may have been deleted."""
        return self.details.get("original", "")

    @property
    def remedy(self) -> dict[str, str]:
        """What it was started to fix: "of", the id of another run, and "verdict", that run's diagnosis; or {}."""
        return self.details.get("remedy", {})
