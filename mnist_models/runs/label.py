"""What people read of a run: its recipe and what differs from it, or the name that it was given."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from mnist_models.formatting import commas, listing
from mnist_models.learning.approaches import APPROACHES, NAMES, PAIR, Approach
from mnist_models.learning.augmentation import Distortion
from mnist_models.learning.recipes import DATASET_TITLES, RECIPES, STRONGEST
from mnist_models.learning.sampling import SAMPLING_TITLES
from mnist_models.text import Text, t

# What `publishing.free_name` puts behind a name that is taken.
_NUMBER = re.compile(r"-([2-9]|[1-9]\d)")


def default_name(
    recipe: Mapping[str, Any],
    seed: Any,
    approaches: Collection[str],
    dataset: str,
    fingerprint: str,
) -> str:
    """The name of a run that nobody named: its recipe's, with what is unusual about it behind.

    Args:
        recipe: a `Recipe` as a manifest has it.
        seed: that decided everything random.
        approaches: those that were trained.
        dataset: what it learned from.
        fingerprint: of settings, data and seed.
    """
    known = RECIPES.get(recipe["name"])
    parts = [recipe["name"]]
    trained = _in_order(approaches)
    parts += [] if trained == PAIR else ["all"] if trained == tuple(APPROACHES) else trained
    parts += [] if dataset == (known.dataset if known else "mnist") else [dataset]
    parts += [] if known and known.to_json() == recipe and seed == 0 else [fingerprint[:6]]
    return "-".join(parts)


def differences(recipe: Mapping[str, Any], seed: Any, approaches: Iterable[str]) -> list[Text]:
    """What differs from the recipe of that name, in words: ["sampling all", "1 epoch", "seed 3"].

    Args:
        recipe: the settings of a `Recipe` with its "name", as a manifest has them; no value is
            trusted.
        seed: that decided everything random; 0 is usual.
        approaches: those that were trained; the pair is usual.
    """
    known = RECIPES.get(recipe["name"])
    if known is None:  # of another version
        return []
    usual = known.to_json()
    changed = {k for k in usual.keys() | recipe.keys() if usual.get(k) != recipe.get(k)}
    texts: list[Text] = []
    trained = _in_order(approaches)
    if trained == tuple(APPROACHES):
        texts.append(t("all approaches"))
    elif len(trained) == 1:
        texts.append(t("{name} only", name=NAMES[trained[0]]))
    elif trained != PAIR:
        texts.append(t("{names} only", names=listing([NAMES[a] for a in trained])))
    for settings, told in _TOLD.items():
        if changed & set(settings) and (text := told(recipe)):
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
        manifest: its run.json; in older ones nothing says whether somebody named it.
    """
    recipe, seed, approaches = manifest["recipe"], manifest.get("seed"), manifest["approaches"]
    known, dataset = RECIPES.get(recipe["name"]), manifest["dataset"]["name"]
    stem = default_name(recipe, seed, approaches, dataset, manifest["fingerprint"])
    number = _NUMBER.fullmatch(name.removeprefix(stem))
    is_default = name == stem or (name.startswith(stem) and number)
    if not (manifest.get("made_here") and known and is_default) or manifest.get("named"):
        return name
    texts = differences(recipe, seed, approaches)
    if dataset not in (known.dataset, "sample"):
        texts.append(t("on {data}", data=DATASET_TITLES[dataset]))
    if number:
        texts.append(t("training {number}", number=int(number[1])))
    return commas([recipe["name"], *texts])


def _in_order(approaches: Iterable[str]) -> tuple[Approach, ...]:
    known = set(approaches)
    return tuple(approach for approach in APPROACHES if approach in known)


def _sampling(found: Mapping[str, Any]) -> Text | None:
    name = found.get("sampling")
    if not isinstance(name, str) or name not in SAMPLING_TITLES:
        return None
    return t("sampling {name}", name=SAMPLING_TITLES[name])


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
    distortion = found.get("distortion")
    if distortion is None:
        return t("no distortions")
    if isinstance(distortion, dict):
        share = distortion.get("shift")
        if isinstance(share, int | float) and _is(STRONGEST.scaled(share), distortion):
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
