"""252 classes, 15 drawings of each: python -m experiments.characters

Digits, then alphabet after alphabet, are learned from 15 people and judged on five others, who
choose nothing. Three parts:

* choice: candidates learn from twelve of the fifteen, and are judged on the other three.
* trainings: every approach, at every number of classes, is trained from its beginning.
* additions: a single model and members learn all classes but the last twenty, which then are added
  one after another, in every way: their recall, that of the classes before, and what it cost.

How each learns stands in `experiments.character_recipes`. Recall is the mean over the classes. Its
95 % interval is that of a bootstrap over people: those of an alphabet are drawn again, with all
that they drew of it. Seconds depend on what else the machine did; processor seconds do so less, and
can be compared where all were trained on machines of one kind. Each training is written as it ends,
and those that are there are not done again; the additions are done in one go.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import arguments, write
from experiments.character_recipes import CANDIDATES, CONTENDERS, MEMBERS, SINGLE, Contender
from experiments.equal_size import stored_bytes
from experiments.measuring import measured
from experiments.recall import interval_over_people, macro_recall
from mnist_models.data.characters import (
    CHOOSE,
    LEARN,
    Characters,
    alphabet_of,
    load_all,
)
from mnist_models.evidence.experiments import load_evidence
from mnist_models.incremental.methods import Way
from mnist_models.incremental.task import ALARMING, Labelled, alarmed
from mnist_models.learning.recipes import Recipe
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import YES
from mnist_models.pictures import Images

Entry = dict[str, Any]

ADDED_LAST = 20
_TIMED_PICTURES = 300
_BRIEF = 10  # how many times as few epochs go on from what is known


@cache
def _drawings() -> tuple[Characters, Labelled]:
    """All drawings, and their pictures with the numbers of their classes."""
    everything = load_all()
    number = {label: k for k, label in enumerate(everything.classes)}
    y = np.array([number[label] for label in everything.label.tolist()])
    return everything, Labelled(everything.pictures(), y)


def sizes() -> list[int]:
    """Numbers of classes: the digits, and with each alphabet more; all of them come first."""
    alphabets = [alphabet_of(label) for label in _drawings()[0].classes]
    ends = [k + 1 for k, name in enumerate(alphabets) if alphabets[k + 1 : k + 2] != [name]]
    return sorted(ends, key=lambda classes: (classes != ends[-1], ends.index(classes) % 2, classes))


def rows_of(people: Sequence[int], classes: int) -> NDArray[np.bool_]:
    """The drawings of the first classes by these people, as a mask."""
    everything, pictures = _drawings()
    return np.isin(everything.drawer, list(people)) & (pictures.y < classes)


def choice(name: str) -> Entry:
    """A candidate learns from twelve people and is judged on three others."""
    learners = [person for person in LEARN if person not in CHOOSE]
    classes = len(_drawings()[0].classes)
    _, entry = _trained(CANDIDATES[name], learners, list(CHOOSE), classes)
    return {"candidate": name, **entry}


def training(contender: Contender, classes: int) -> Entry:
    """A contender learns from fifteen people and is judged on five others."""
    return _trained(contender, list(LEARN), _judges(), classes)[1]


def measure_one(part: str, name: str = "", classes: int = 0) -> list[Entry]:
    """What a part has of one candidate or contender, or all additions, see `measuring`."""
    if part == "choice":
        return [choice(name)]
    if part == "trainings":
        return [training(_contenders()[name], classes)]
    return list(additions(len(_drawings()[0].classes) - ADDED_LAST))


def _contenders() -> dict[str, Contender]:
    return {f"{each.approach}.{each.sampling}": each for each in CONTENDERS}


def _judges() -> list[int]:
    drawers = np.unique(_drawings()[0].drawer).tolist()
    return [person for person in drawers if person not in LEARN]


def _trained(
    contender: Contender, learners: Sequence[int], judges: Sequence[int], classes: int
) -> tuple[Stack, Entry]:
    from mnist_models.learning.training import fit

    rows, pictures = rows_of(learners, classes), _drawings()[1].of(rows_of(judges, classes))
    learned = _drawings()[1].of(rows)
    began, cpu = time.perf_counter(), time.process_time()
    result = fit(contender.recipe, contender.approach, learned.x, learned.y, seed=0)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    stack = result.rounded()
    return stack, {
        "approach": contender.approach,
        "sampling": contender.sampling,
        "settings": contender.recipe.settings(),
        "classes": classes,
        "members": stack.members,
        "parameters": stack.parameters,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "rows": sum(result.rows) * result.epochs * (contender.recipe.passes or 1),
        "pictures": len(learned.y),
        "bytes": stored_bytes(stack),
        "milliseconds": milliseconds(stack, pictures.x[:_TIMED_PICTURES]),
        **judged(stack, rows_of(judges, classes)),
    }


def milliseconds(stack: Stack, pictures: Images) -> float:
    """The processor's time for one picture: the median over calls with one picture each."""
    times = []
    for picture in pictures:
        began = time.process_time()
        stack.predict_proba(picture[np.newaxis])
        times.append(1000 * (time.process_time() - began))
    return median(times)


def judged(stack: Stack, rows: NDArray[np.bool_]) -> Entry:
    """The recall of some drawings, its interval, and per class how many were read correctly."""
    everything, pictures = _drawings()
    own = pictures.of(rows)
    right = stack.predict(own.x) == own.y
    counts = np.bincount(own.y[right], minlength=int(own.y.max()) + 1)
    alphabets = np.array([alphabet_of(label) for label in everything.label[rows].tolist()])
    return {
        "recall": macro_recall(right, own.y),
        "interval": interval_over_people(right, own.y, alphabets, everything.drawer[rows]),
        "right": counts.tolist(),
        "judges": len(np.unique(everything.drawer[rows])),
    }


def additions(known: int) -> Iterator[Entry]:
    """The last classes are added, one after another, to what is known of those before."""
    base, stacks = known, {}
    for contender in (SINGLE, MEMBERS):
        stacks[contender.approach], entry = _trained(contender, list(LEARN), _judges(), base)
        yield {"way": "base", **entry}
    grown: dict[Way, Stack] = {
        "member": stacks["multi"],
        "mended": stacks["multi"],
        "together": stacks["single"],
    }
    for label in range(base, len(_drawings()[0].classes)):
        for way, before in grown.items():
            began, cpu = time.perf_counter(), time.process_time()
            after, rows, changed = add(way, before, label)
            seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
            grown[way] = after
            old = _drawings()[1].of(rows_of(_judges(), label))
            yield {
                "way": way,
                "classes": label + 1,
                "seconds": seconds,
                "cpu_seconds": cpu_seconds,
                "rows": rows,
                "changed": changed,
                "before": macro_recall(before.predict(old.x) == old.y, old.y),
                "old": macro_recall(after.predict(old.x) == old.y, old.y),
            }
    for way, stack in grown.items():
        everybody = judged(stack, rows_of(_judges(), len(stack.classes_)))
        yield {"way": f"{way}, all", "classes": len(stack.classes_), **everybody}


def add(way: Way, known: Stack, label: int) -> tuple[Stack, int, int]:
    """One class more: what knows it, how many rows were looked at, and how many members changed.

    A new member learns by the recipe of the others. Members that claim its drawings, and a single
    model with an output more, go on for a tenth of the epochs with everything.
    """
    from mnist_models.incremental.updates import with_outputs
    from mnist_models.learning.training import fit

    rows = _drawings()[1].of(rows_of(list(LEARN), label + 1))
    if way == "together":
        start = with_outputs(known, np.array([label]), 0)
        brief = _brief(SINGLE.recipe)
        result = fit(brief, "single", rows.x, rows.y, seed=0, start=start)
        return result.rounded(), len(rows.y) * result.epochs, 1
    result = fit(MEMBERS.recipe, "multi", rows.x, rows.y, seed=0, labels=[label])
    looked_at = sum(result.rows) * result.epochs * (MEMBERS.recipe.passes or 1)
    stack = known.with_members(result.rounded())
    if way == "member":
        return stack, looked_at, 1
    new = rows.of(rows.y == label)
    claims = [c for c, share in alarmed(known, new).items() if share > ALARMING]
    if not claims:
        return stack, looked_at, 1
    brief = _brief(MEMBERS.recipe)
    mended = fit(brief, "multi", rows.x, rows.y, seed=0, labels=claims, start=stack.of(claims))
    looked_at += sum(mended.rows) * mended.epochs * (brief.passes or 1)
    return stack.replacing(mended.rounded()), looked_at, 1 + len(claims)


def _brief(recipe: Recipe) -> Recipe:
    return replace(recipe, epochs=max(1, recipe.epochs // _BRIEF), rescore=4)


def _tasks(options: argparse.Namespace, kept: dict[str, list[Entry]]) -> Iterator[Entry]:
    """What was not measured yet by the very same settings, as arguments of `measure_one`."""
    for name in options.candidates or CANDIDATES:
        if not _is_there(kept["choice"], CANDIDATES[name], candidate=name):
            yield {"part": "choice", "name": name}
    for classes in options.classes or sizes():
        for name, contender in _contenders().items():
            if not _is_there(kept["trainings"], contender, **_named(name, classes)):
                yield {"part": "trainings", "name": name, "classes": classes}
    bases = [entry for entry in kept["additions"] if entry["way"] == "base"]
    if not all(_is_there(bases, each, approach=each.approach) for each in (SINGLE, MEMBERS)):
        yield {"part": "additions"}


def _named(name: str, classes: int) -> Entry:
    approach, sampling = name.split(".")
    return {"approach": approach, "sampling": sampling, "classes": classes}


def _is_there(entries: Sequence[Entry], contender: Contender, **wanted: Any) -> bool:
    settings = contender.recipe.settings()
    return any(e["settings"] == settings and _has(e, wanted) for e in entries)


def _has(entry: Entry, wanted: Entry) -> bool:
    return all(entry[key] == value for key, value in wanted.items())


def main() -> None:
    """Measure the requested parts, and write the JSON after each training."""
    parser = arguments(__doc__, seeds=None, cluster=True)
    parts = ("choice", "trainings", "additions")
    parser.add_argument("--parts", nargs="*", choices=parts, default=["trainings", "additions"])
    parser.add_argument("--classes", nargs="*", type=int, help="only these numbers of classes")
    parser.add_argument("--candidates", nargs="*", choices=tuple(CANDIDATES))
    options = parser.parse_args()
    found = load_evidence("characters") or {}
    kept: dict[str, list[Entry]] = {part: found.get(part, []) for part in parts}
    tasks = [task for task in _tasks(options, kept) if task["part"] in options.parts]
    results = measured("experiments.characters", tasks, options.scheduler, dataset="characters")
    for task, entries in zip(tasks, results, strict=True):
        part = task["part"]
        for entry in entries:
            shown = {k: v for k, v in entry.items() if k not in ("settings", "right")}
            print(part, shown, flush=True)
        if part == "choice":
            same: Entry = {"candidate": task["name"]}
        else:
            same = _named(task["name"], task["classes"]) if part == "trainings" else {}
        kept[part] = [each for each in kept[part] if not _has(each, same)] + entries
        write("characters", None, {"yes": YES, "added_last": ADDED_LAST, **kept})


if __name__ == "__main__":
    main()
