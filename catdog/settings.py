"""Where things are and how much is allowed: read from the environment once, then passed in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catdog.errors import UsageError
from catdog.utils.environment import make_absolute, parse_number, read_number, read_path, read_switch

PHOTOS_URL = "https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip"
PROJECT = Path(__file__).resolve().parent.parent
RAY_ADDRESS = "http://127.0.0.1:8265"  # of Ray's dashboard, unless it is told otherwise
MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster and the share of it that one run gets.

    Attributes:
        address: Address of Ray's dashboard, which takes jobs (CATDOG_RAY_ADDRESS, else RAY_ADDRESS).
        cpus: Processor cores (CATDOG_RAY_CPUS).
        gpus: Graphics processors (CATDOG_RAY_GPUS).
        memory: Bytes of memory, 0 for any (CATDOG_RAY_MEMORY, in GB).
        resources: Ray's own names for kinds of nodes, with how much of each (CATDOG_RAY_RESOURCES, such as
            "fast=1,big=0.5").
    """

    address: str = RAY_ADDRESS
    cpus: float = 1
    gpus: float = 0
    memory: int = 0
    resources: tuple[tuple[str, float], ...] = ()

    def environment(self) -> dict[str, str]:
        """Return the variables from which a child process reads this same cluster."""
        return {
            "CATDOG_EXECUTOR": "ray",
            "CATDOG_RAY_ADDRESS": self.address,
            "CATDOG_RAY_CPUS": f"{self.cpus:.15g}",
            "CATDOG_RAY_GPUS": f"{self.gpus:.15g}",
            "CATDOG_RAY_MEMORY": f"{self.memory / GIGABYTE:.15g}",
            "CATDOG_RAY_RESOURCES": ",".join(f"{name}={amount:.15g}" for name, amount in self.resources),
        }


@dataclass(frozen=True)
class Limits:
    """What each person may have; 0 for as much as the machine can. Where nobody signs in, all people count as one.

    Attributes:
        runs: How many runs may wait or train at a time (CATDOG_LIMIT_RUNS).
        upload: Bytes that may be sent to the server within an hour (CATDOG_LIMIT_UPLOAD, in MB).
        stored: Bytes of the datasets that the person may have added, decoded ones included (CATDOG_LIMIT_STORED, in
            MB).
    """

    runs: int = 0
    upload: int = 0
    stored: int = 0

    def environment(self) -> dict[str, str]:
        """Return the variables from which a child process reads these same limits."""
        return {
            "CATDOG_LIMIT_RUNS": str(self.runs),
            "CATDOG_LIMIT_UPLOAD": str(self.upload // MEGABYTE),
            "CATDOG_LIMIT_STORED": str(self.stored // MEGABYTE),
        }


#: The limits where a list of members is set and no others are.
CLASS_LIMITS = Limits(runs=20, upload=500 * MEGABYTE, stored=1000 * MEGABYTE)


@dataclass(frozen=True)
class Settings:
    """Folders, addresses and limits of one installation.

    Attributes:
        home: Folder that holds everything the program writes (CATDOG_HOME, default var/ beside dashboard.py).
        photos_url: Address of the photo set's zip: http, https or file (CATDOG_PHOTOS_URL).
        backbone_weights: File with MobileNetV2's weights (CATDOG_BACKBONE_WEIGHTS), or None: the usual places.
        folders: Folders of the user's photos that the dashboard offers (CATDOG_FOLDERS, separated like PATH).
        slots: How many runs train at the same time (CATDOG_SLOTS).
        cluster: The Ray cluster that trains (CATDOG_EXECUTOR=ray), or None: this machine does.
        members: File with the addresses of those who may change things where people sign in (CATDOG_MEMBERS), or None.
        owners: File with the addresses of those who may also change what others started (CATDOG_OWNERS), or None.
        limits: How much each person may have (CATDOG_LIMIT_...).
        open: Whether other machines may be served without anybody signing in (CATDOG_OPEN=1).
        first_model: Whether a server that starts where there is no run trains a quick model4 (CATDOG_FIRST_MODEL).
        private_runs: Whether people who sign in see only their own runs and those that are shared
            (CATDOG_PRIVATE_RUNS).
        lessons: Folder of lessons that replace the built-in ones or join them (CATDOG_LESSONS), or None.
    """

    home: Path = PROJECT / "var"
    photos_url: str = PHOTOS_URL
    backbone_weights: Path | None = None
    folders: tuple[Path, ...] = ()
    slots: int = 1
    cluster: Cluster | None = None
    members: Path | None = None
    owners: Path | None = None
    limits: Limits = field(default_factory=Limits)
    open: bool = False
    first_model: bool = True
    private_runs: bool = False
    lessons: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from the CATDOG_* variables; an empty one counts as not set.

        Args:
            environment: Variables to read instead of this process's own.

        Raises:
            UsageError: A variable has a value that is not allowed.
        """
        values = os.environ if environment is None else environment
        return cls(
            home=make_absolute(values.get("CATDOG_HOME") or PROJECT / "var"),
            photos_url=values.get("CATDOG_PHOTOS_URL") or PHOTOS_URL,
            backbone_weights=read_path(values, "CATDOG_BACKBONE_WEIGHTS"),
            folders=tuple(make_absolute(name) for name in values.get("CATDOG_FOLDERS", "").split(os.pathsep) if name),
            slots=int(
                read_number(values, "CATDOG_SLOTS", 1, "a whole number from 1 up: set it to 1", whole=True, least=1)
            ),
            cluster=read_cluster(values),
            members=read_path(values, "CATDOG_MEMBERS"),
            owners=read_path(values, "CATDOG_OWNERS"),
            limits=read_limits(values),
            open=read_switch(values, "CATDOG_OPEN", "0"),
            first_model=read_switch(values, "CATDOG_FIRST_MODEL", "1"),
            private_runs=read_switch(values, "CATDOG_PRIVATE_RUNS", "0"),
            lessons=read_path(values, "CATDOG_LESSONS"),
        )

    def environment(self) -> dict[str, str]:
        """Return the variables from which a child process reads these same settings."""
        return {
            "CATDOG_HOME": str(self.home),
            "CATDOG_PHOTOS_URL": self.photos_url,
            "CATDOG_BACKBONE_WEIGHTS": str(self.backbone_weights or ""),
            "CATDOG_FOLDERS": os.pathsep.join(map(str, self.folders)),
            "CATDOG_SLOTS": str(self.slots),
            "CATDOG_MEMBERS": str(self.members or ""),
            "CATDOG_OWNERS": str(self.owners or ""),
            "CATDOG_OPEN": str(int(self.open)),
            "CATDOG_FIRST_MODEL": str(int(self.first_model)),
            "CATDOG_PRIVATE_RUNS": str(int(self.private_runs)),
            "CATDOG_LESSONS": str(self.lessons or ""),
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
    def temporary(self) -> Path:
        """Folder with a folder of temporary files for each process."""
        return self.home / "tmp"

    @property
    def handins(self) -> Path:
        """Folder with a folder of hand-ins for each student."""
        return self.home / "handins"

    @property
    def runs(self) -> Path:
        """Folder with one folder for each training run."""
        return self.home / "runs"

    @property
    def progress(self) -> Path:
        """Folder with a file for each person: how far they are with the lessons."""
        return self.home / "progress"


def read_cluster(values: Mapping[str, str]) -> Cluster | None:
    """Read the cluster from variables; None where runs train on this machine.

    Raises:
        UsageError: A variable has a value that is not allowed.
    """
    executor = values.get("CATDOG_EXECUTOR") or "local"
    if executor == "local":
        return None
    if executor != "ray":
        raise UsageError(f"CATDOG_EXECUTOR is {executor!r}, but must be local or ray: set it to local.")
    address = values.get("CATDOG_RAY_ADDRESS") or values.get("RAY_ADDRESS") or RAY_ADDRESS
    if not address.startswith(("http://", "https://")):
        raise UsageError(
            f"The Ray address is {address!r}, but must be that of Ray's dashboard: set CATDOG_RAY_ADDRESS to something "
            f"like {RAY_ADDRESS}."
        )
    rule = "a number from 0 up: set it to"
    return Cluster(
        address=address.rstrip("/"),
        cpus=read_number(values, "CATDOG_RAY_CPUS", 1, f"{rule} 1"),
        gpus=read_number(values, "CATDOG_RAY_GPUS", 0, f"{rule} 0"),
        memory=round(read_number(values, "CATDOG_RAY_MEMORY", 0, f"{rule} 0") * GIGABYTE),
        resources=tuple(map(_resource, filter(None, (values.get("CATDOG_RAY_RESOURCES") or "").split(",")))),
    )


def read_limits(values: Mapping[str, str]) -> Limits:
    """Read the limits from variables; what is not set is CLASS_LIMITS where members are listed, else no limit.

    Raises:
        UsageError: A variable has a value that is not allowed.
    """
    default = CLASS_LIMITS if values.get("CATDOG_MEMBERS") else Limits()
    rule = "a whole number, 0 for no limit: set it to 20"
    return Limits(
        runs=int(read_number(values, "CATDOG_LIMIT_RUNS", default.runs, rule, whole=True)),
        upload=int(read_number(values, "CATDOG_LIMIT_UPLOAD", default.upload // MEGABYTE, rule, whole=True)) * MEGABYTE,
        stored=int(read_number(values, "CATDOG_LIMIT_STORED", default.stored // MEGABYTE, rule, whole=True)) * MEGABYTE,
    )


def _resource(text: str) -> tuple[str, float]:
    """Return a part of CATDOG_RAY_RESOURCES, "name=amount" or "name", as name and amount."""
    name, _, amount = text.partition("=")
    number = parse_number(amount or "1")
    if number is None:
        raise UsageError(f'CATDOG_RAY_RESOURCES has {text!r}, but must look like "fast=1,big=0.5": fix or remove it.')
    return name.strip(), number
