"""A wish as a cluster: one group of pods that writes nothing yet."""

from __future__ import annotations

from pgcfglint.model import OPTION, POD, Cluster, Location, MemberGroup, Setting
from pgcfglint.record import Record
from pgcfglint.units import format_quantity

TYPE_CHECKING = False  # typing costs 3 ms at start
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcfglint.model import Target

PLACE = Location("recommend", 1, 1, 1, 1)


class Wish(Record):
    """What is asked for: bytes, cores, sessions; None where it is left open."""

    memory: float | None = None
    cpu: float | None = None
    connections: int = 100
    storage: float | None = None
    workload: str = "oltp"

    @property
    def pods(self) -> Mapping[str, str]:
        """The names of the pod that the wish says, as Kubernetes spells them."""
        given = {
            "limits.memory": self.memory and format_quantity(int(self.memory)),
            "limits.cpu": self.cpu and f"{self.cpu:g}",
            "storage.size": self.storage and format_quantity(int(self.storage)),
        }
        return {name: text for name, text in given.items() if text}


def cluster_of(wish: Wish, targets: tuple[Target, ...]) -> Cluster:
    """The cluster that a wish describes; versions as the targets say."""
    versions = {target.name: target.version for target in targets}
    platform = [name for name in ("citus", "patroni") if versions.get(name)]
    return Cluster(
        name="",
        layout="recommend",
        platform=(*platform, "kubernetes"),
        targets=targets,
        groups=(MemberGroup("pod", PLACE, with_wish((), wish), homes={"": PLACE}),),
        sources=(PLACE.path,),
        location=PLACE,
    )


def with_wish(settings: tuple[Setting, ...], wish: Wish) -> tuple[Setting, ...]:
    """The settings of a group with what the wish says in place of them; no fix may change that."""
    pods = wish.pods
    kept = tuple(item for item in settings if item.name not in pods)
    asked = (Setting(name, text, PLACE, POD, False, text, OPTION) for name, text in pods.items())
    return (*kept, *asked)
