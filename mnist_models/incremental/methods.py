"""The ways to teach an approach more than it knows."""

from dataclasses import dataclass
from typing import Literal

from mnist_models.learning.approaches import Approach
from mnist_models.text import Text, t

Way = Literal["member", "mended", "together", "alone", "again"]


@dataclass(frozen=True)
class WayToTeach:
    """One way to teach an approach something more.

    Attributes:
        approach: which one.
        title: for the row of a table.
        about: what is trained, in one sentence.
    """

    approach: Approach
    title: Text
    about: Text


# In the order in which they are taught: cheap ones first, so that results appear early.
WAYS: dict[Way, WayToTeach] = {
    "member": WayToTeach(
        "multi",
        t("One member"),
        t("One binary network is trained; the others stay the same, bit for bit."),
    ),
    "mended": WayToTeach(
        "multi",
        t("One member, with those it confuses"),
        t("The new member and those that say yes to the new pictures are trained together."),
    ),
    "alone": WayToTeach(
        "single",
        t("Continued on the new alone"),
        t("The network learns the new pictures and no others."),
    ),
    "together": WayToTeach(
        "single",
        t("Continued on old and new"),
        t("The network learns the new pictures and as many of each old class."),
    ),
    "again": WayToTeach(
        "single",
        t("Everything again"),
        t("A new network learns all old pictures and the new ones."),
    ),
}
