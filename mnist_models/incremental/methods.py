"""The ways in which an approach can be taught something more than it knows."""

from dataclasses import dataclass
from typing import Literal

from mnist_models.learning.approaches import Approach

Way = Literal["member", "mended", "together", "alone", "again"]


@dataclass(frozen=True)
class WayToTeach:
    """One way to teach an approach something more.

    Attributes:
        approach: which one.
        title: for a table's row.
        about: what is trained, in one sentence.
    """

    approach: Approach
    title: str
    about: str


# In the order in which they are taught: cheap ones first, so that there is soon something to see.
WAYS: dict[Way, WayToTeach] = {
    "member": WayToTeach(
        "multi", "One member", "One binary network is trained; the others stay bit for bit."
    ),
    "mended": WayToTeach(
        "multi",
        "… and those it confuses",
        "The new member and those that say yes to the new pictures are trained together.",
    ),
    "alone": WayToTeach(
        "single", "On, with the new alone", "The network learns the new pictures and no others."
    ),
    "together": WayToTeach(
        "single",
        "On, with old and new",
        "The network learns the new pictures and as many of each old class.",
    ),
    "again": WayToTeach(
        "single", "Everything again", "A new network learns all old pictures and the new ones."
    ),
}
