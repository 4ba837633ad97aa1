"""Which Ray cluster trains, and what each run asks of it: read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from catdog.errors import UsageError

ADDRESS = "http://127.0.0.1:8265"
GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster and the share of it that one run gets.

    address: of Ray's dashboard, which takes jobs (CATDOG_RAY_ADDRESS, else RAY_ADDRESS); cpus, gpus: how many of each
    (CATDOG_RAY_CPUS, CATDOG_RAY_GPUS); memory: in bytes, 0 for any (CATDOG_RAY_MEMORY, in GB); resources: Ray's own
    names for kinds of nodes, with how much of each (CATDOG_RAY_RESOURCES, such as "fast=1,big=0.5").
    """

    address: str = ADDRESS
    cpus: float = 1
    gpus: float = 0
    memory: int = 0
    resources: tuple[tuple[str, float], ...] = ()

    def environment(self) -> dict[str, str]:
        """Return the variables with which a child process reads this same cluster."""
        return {
            "CATDOG_EXECUTOR": "ray",
            "CATDOG_RAY_ADDRESS": self.address,
            "CATDOG_RAY_CPUS": f"{self.cpus:g}",
            "CATDOG_RAY_GPUS": f"{self.gpus:g}",
            "CATDOG_RAY_MEMORY": f"{self.memory / GIGABYTE:g}",
            "CATDOG_RAY_RESOURCES": ",".join(f"{name}={number:g}" for name, number in self.resources),
        }


def cluster_of(values: Mapping[str, str]) -> Cluster | None:
    """Read the cluster from variables, None where runs train on this machine; raise UsageError for a bad one."""
    executor = values.get("CATDOG_EXECUTOR") or "local"
    if executor == "local":
        return None
    if executor != "ray":
        raise UsageError(f"CATDOG_EXECUTOR is {executor!r}, but must be local or ray: set it to local.")
    address = values.get("CATDOG_RAY_ADDRESS") or values.get("RAY_ADDRESS") or ADDRESS
    if not address.startswith(("http://", "https://")):
        raise UsageError(
            f"The Ray address is {address!r}, but must be that of Ray's dashboard: set CATDOG_RAY_ADDRESS to something "
            f"like {ADDRESS}."
        )
    return Cluster(
        address=address.rstrip("/"),
        cpus=_number(values, "CATDOG_RAY_CPUS", 1),
        gpus=_number(values, "CATDOG_RAY_GPUS", 0),
        memory=round(_number(values, "CATDOG_RAY_MEMORY", 0) * GIGABYTE),
        resources=tuple(_resources(values.get("CATDOG_RAY_RESOURCES") or "")),
    )


def _number(values: Mapping[str, str], name: str, usual: float) -> float:
    text = values.get(name) or str(usual)
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise UsageError(f"{name} is {text!r}, but must be a number from 0 up: set it to {usual}.")
    return number


def _resources(text: str) -> list[tuple[str, float]]:
    found = []
    for part in filter(None, text.split(",")):
        name, _, number = part.partition("=")
        try:
            found.append((name.strip(), float(number or 1)))
        except ValueError as error:
            raise UsageError(
                f'CATDOG_RAY_RESOURCES has {part!r}, but must look like "fast=1,big=0.5": mend or remove it.'
            ) from error
    return found
