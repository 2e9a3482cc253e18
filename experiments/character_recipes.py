"""How 252 classes are learned, and what was tried besides; see `experiments.characters`."""

from dataclasses import dataclass, replace

from mnist_models.learning.approaches import Approach
from mnist_models.learning.augmentation import Distortion
from mnist_models.learning.recipes import Recipe

HEAVY = Distortion(shift=1.5, rotation=15, shear=0.3, scale=0.2, elastic=4.0, smoothness=4, pen=0.5)
_NETWORK = Recipe(
    name="characters",
    summary="",
    hidden=(1024,),
    batch_size=64,
    epochs=300,
    schedule="cosine",
    distortion=HEAVY,
    validation_split=0.0,
)
# An epoch of a member is four steps, its positives are seen eight times or more in them.
_MEMBERS = replace(
    _NETWORK,
    hidden=(64,),
    batch_size=128,
    epochs=440,
    learning_rate=0.0015,
    rescore=16,
    sampling="hard",
    negatives=3,
    passes=8,
)


@dataclass(frozen=True)
class Contender:
    """An approach with its settings, and which rows its members see."""

    approach: Approach
    recipe: Recipe
    sampling: str = "all"


CONTENDERS = (
    Contender("single", _NETWORK),
    Contender("multi", _MEMBERS, "hard"),
    Contender("committee", replace(_NETWORK, epochs=80)),
    Contender("sigmoids", _NETWORK),
    Contender("multi", replace(_MEMBERS, sampling="fresh", negatives=None, passes=16), "fresh"),
)
SINGLE, MEMBERS = CONTENDERS[:2]

_HALF = replace(_MEMBERS, epochs=220)
# What was tried besides, on people held out.
CANDIDATES: dict[str, Contender] = {
    "single": SINGLE,
    "single, milder distortions": replace(
        SINGLE, recipe=replace(_NETWORK, distortion=HEAVY.scaled(0.6))
    ),
    "single, half as long": replace(SINGLE, recipe=replace(_NETWORK, epochs=150)),
    "single, 2,048 units, half as long": replace(
        SINGLE, recipe=replace(_NETWORK, hidden=(2048,), epochs=150)
    ),
    "multi": MEMBERS,
    "multi, half as long": replace(MEMBERS, recipe=_HALF),
    "multi, twice as long": replace(MEMBERS, recipe=replace(_MEMBERS, epochs=880)),
    "multi, half as long, 128 units": replace(MEMBERS, recipe=replace(_HALF, hidden=(128,))),
    "multi, half as long, one negative": replace(
        MEMBERS, recipe=replace(_HALF, negatives=None, passes=16)
    ),
    "multi, half as long, seven negatives": replace(
        MEMBERS, recipe=replace(_HALF, negatives=7, passes=4)
    ),
    "multi, half as long, twice the steps": replace(MEMBERS, recipe=replace(_HALF, batch_size=64)),
    "committee": CONTENDERS[2],
}
