"""Whose a run is, what people did with it, and who may see it."""

from typing import Any

from catdog.access import Owned
from catdog.runs.audit import AuditEntry, find_owner, find_starter, read_audit_log


class Ownership:
    """What a run's config.json tells of people.

    Attributes:
        name: What people call the run.
        details: The content of config.json.
    """

    name: str
    details: dict[str, Any]

    @property
    def audit_log(self) -> list[AuditEntry]:
        """What people who had signed in did with it, oldest first."""
        return read_audit_log(self.details)

    @property
    def by(self) -> str:
        """The e-mail address of who started or last resumed it, "" where nobody had signed in."""
        return find_owner(self.audit_log)

    @property
    def owned(self) -> Owned:
        """Whose it is: it belongs to whoever started it, even after somebody else has resumed it."""
        return Owned(f"The run {self.name}", find_starter(self.audit_log))

    @property
    def shared(self) -> bool:
        """Whether everybody may see it, also where runs are private."""
        return self.details.get("shared", False)
