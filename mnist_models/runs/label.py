"""What people read of a run: its recipe and what differs from it, or the name that it was given."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mnist_models.data.dataset import DATASETS
from mnist_models.formatting import commas
from mnist_models.learning.approaches import APPROACHES, NAMES
from mnist_models.learning.augmentation import Distortion
from mnist_models.learning.recipes import DATASET_TITLES, RECIPES
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.text import Text, t

# What may stand behind the recipe in a name that nobody chose, see `Request.default_name`; the
# number is `publishing.free_name`'s.
_ENDING = re.compile(
    rf"(-({'|'.join(APPROACHES)}))?(-({'|'.join(DATASETS)}))?"
    r"(-(?P<fingerprint>[0-9a-f]{6}))?(-(?P<number>\d{1,5}))?"
)


def differences(recipe: Mapping[str, Any], seed: Any, approaches: Iterable[str]) -> list[Text]:
    """What differs from the recipe of that name, in words: ["sampling all", "1 epoch", "seed 3"].

    Args:
        recipe: the settings of a `Recipe` with its "name", as a manifest has them; no value is
            trusted.
        seed: that decided everything random; 0 is usual.
        approaches: those that were trained; both are usual.
    """
    known = RECIPES.get(recipe["name"])
    if known is None:  # of another version
        return []
    usual, found = known.settings(), {k: v for k, v in recipe.items() if k != "name"}
    changed = {k for k in usual.keys() | found.keys() if usual.get(k) != found.get(k)}
    texts: list[Text] = []
    if len(trained := [a for a in APPROACHES if a in approaches]) == 1:
        texts.append(t("{name} only", name=NAMES[trained[0]]))
    for settings, told in _TOLD.items():
        if changed & set(settings) and (text := told(found)):
            texts.append(text)
            changed -= set(settings)
    if changed:
        texts.append(t("other settings"))
    if isinstance(seed, int) and seed:
        texts.append(t("seed {seed}", seed=seed))
    return texts


def run_title(name: str, manifest: Mapping[str, Any]) -> str:
    """What a run is called, without what it learned from if that is the sample.

    A run that was made here and that nobody named is called after what differs from its recipe; of
    several that are alike in that, the later ones are numbered, as the names of their folders are.

    Args:
        name: of its folder.
        manifest: its run.json.
    """
    recipe = manifest["recipe"]
    ending = _ENDING.fullmatch(name.removeprefix(recipe["name"]))
    is_known = name.startswith(recipe["name"]) and recipe["name"] in RECIPES
    if not (manifest.get("made_here") and is_known and ending):
        return name
    fingerprint = ending["fingerprint"]
    if fingerprint and not manifest["fingerprint"].startswith(fingerprint):
        return name
    texts = differences(recipe, manifest.get("seed"), manifest["approaches"])
    dataset = manifest["dataset"]["name"]
    if dataset not in (RECIPES[recipe["name"]].dataset, "sample"):
        texts.append(t("on {data}", data=DATASET_TITLES[dataset]))
    if ending["number"]:
        texts.append(t("training {number}", number=int(ending["number"])))
    return commas([recipe["name"], *texts])


def _sampling(found: Mapping[str, Any]) -> Text | None:
    name = found.get("sampling")
    return t("sampling {name}", name=name) if name in STRATEGIES else None


def _epochs(found: Mapping[str, Any]) -> Text | None:
    epochs = found.get("epochs")
    if not isinstance(epochs, int):
        return None
    return t("{count:,} epoch", "{count:,} epochs", count=epochs)


def _hidden(found: Mapping[str, Any]) -> Text | None:
    units = set(found["hidden"])
    if len(units) != 1 or found.get("member_hidden"):
        return None
    return t("{count} hidden unit", "{count} hidden units", count=units.pop())


def _dropout(found: Mapping[str, Any]) -> Text | None:
    dropout = found.get("dropout")
    return t("dropout {share:g}", share=dropout) if isinstance(dropout, int | float) else None


def _distortions(found: Mapping[str, Any]) -> Text | None:
    distortion, strongest = found.get("distortion"), RECIPES["strong"].distortion
    if distortion is None:
        return t("no distortions")
    if strongest and isinstance(distortion, dict):
        share = distortion.get("shift")
        if isinstance(share, int | float) and _is(strongest.scaled(share), distortion):
            return t("distortions {share:g}", share=share)
    return None


def _is(distortion: Distortion, found: Mapping[str, Any]) -> bool:
    return vars(distortion) == found


# The settings that people choose in the sidebar; None where it is another than can be chosen there.
_TOLD: dict[tuple[str, ...], Callable[[Mapping[str, Any]], Text | None]] = {
    ("sampling",): _sampling,
    ("epochs",): _epochs,
    ("hidden", "member_hidden"): _hidden,
    ("dropout",): _dropout,
    ("distortion",): _distortions,
}
