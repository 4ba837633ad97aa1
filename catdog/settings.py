"""Where things are and how much is allowed, read from the environment once and passed in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catdog.cluster import Cluster, cluster_of
from catdog.errors import UsageError
from catdog.limits import Limits, limits_of

PHOTOS_URL = "https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip"
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Folders, addresses and limits of one installation.

    home: folder that holds everything the program writes (CATDOG_HOME, default var/ beside dashboard.py).
    photos_url: http, https or file address of the photo set's zip (CATDOG_PHOTOS_URL).
    backbone_weights: file with MobileNetV2's weights (CATDOG_BACKBONE_WEIGHTS), or None: the usual places.
    folders: folders of own photos that the dashboard offers (CATDOG_FOLDERS, separated like PATH).
    slots: how many runs train at the same time (CATDOG_SLOTS).
    cluster: the Ray cluster that trains (CATDOG_EXECUTOR=ray), or None: this machine does.
    members: file with the addresses of those who may change things where people sign in (CATDOG_MEMBERS), or None.
    limits: how much each person may have (CATDOG_LIMIT_...).
    open: whether other machines may be served without anybody signing in (CATDOG_OPEN=1).
    """

    home: Path = PROJECT / "var"
    photos_url: str = PHOTOS_URL
    backbone_weights: Path | None = None
    folders: tuple[Path, ...] = ()
    slots: int = 1
    cluster: Cluster | None = None
    members: Path | None = None
    limits: Limits = field(default_factory=Limits)
    open: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the CATDOG_* variables, of this process unless others are given; raise UsageError for a bad one."""
        values = os.environ if environment is None else environment
        slots = values.get("CATDOG_SLOTS") or "1"
        if not slots.isdigit() or int(slots) < 1:
            raise UsageError(f"CATDOG_SLOTS is {slots!r}, but must be a whole number from 1 up: set it to 1.")
        weights, members = values.get("CATDOG_BACKBONE_WEIGHTS"), values.get("CATDOG_MEMBERS")
        open_to_all = values.get("CATDOG_OPEN") or "0"
        if open_to_all not in ("0", "1"):
            raise UsageError(f"CATDOG_OPEN is {open_to_all!r}, but must be 0 or 1: set it to 0.")
        folders = (name for name in values.get("CATDOG_FOLDERS", "").split(os.pathsep) if name)
        return cls(
            home=_absolute(values.get("CATDOG_HOME") or PROJECT / "var"),
            photos_url=values.get("CATDOG_PHOTOS_URL") or PHOTOS_URL,
            backbone_weights=_absolute(weights) if weights else None,
            folders=tuple(_absolute(name) for name in folders),
            slots=int(slots),
            cluster=cluster_of(values),
            members=_absolute(members) if members else None,
            limits=limits_of(values),
            open=open_to_all == "1",
        )

    def environment(self) -> dict[str, str]:
        """Return the variables with which a child process reads these same settings."""
        return {
            "CATDOG_HOME": str(self.home),
            "CATDOG_PHOTOS_URL": self.photos_url,
            "CATDOG_BACKBONE_WEIGHTS": str(self.backbone_weights or ""),
            "CATDOG_FOLDERS": os.pathsep.join(map(str, self.folders)),
            "CATDOG_SLOTS": str(self.slots),
            "CATDOG_MEMBERS": str(self.members or ""),
            "CATDOG_OPEN": str(int(self.open)),
            **self.limits.environment(),
            **(self.cluster.environment() if self.cluster else {"CATDOG_EXECUTOR": "local"}),
        }

    @property
    def data(self) -> Path:
        """Folder of the unpacked photo set and the drawn set."""
        return self.home / "data"

    @property
    def cache(self) -> Path:
        """Folder of decoded photos and downloaded weights; may be deleted at any time."""
        return self.home / "cache"

    @property
    def runs(self) -> Path:
        """Folder with one folder for each training run."""
        return self.home / "runs"


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
