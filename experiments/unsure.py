"""When is an answer unsure? CHARACTERS=characters.npz python -m experiments.unsure

The networks of `experiments.folds` know the run "pens"' pictures but for those of the writers who
are left out, six of thirty at a time. They answer all digits of theirs, drawn from their strokes as
on the page Draw, and what is no digit: pairs of these writers' digits side by side, the letters and
scribbles of `experiments.no_digit`, and, if CHARACTERS names their file, characters of seven
alphabets. Each of those pictures is shown to one of the five. Latin is left out; what else happens
to look like a digit is not. Without the file the programme says so and leaves the characters out.

The rule was written down before the thresholds were seen. An answer is unsure if its lead over the
next class is smaller than a threshold: for each approach the largest in hundredths at which at most
one in a hundred of the *right* answers to these people is called unsure. Wrong answers and what is
no digit have no part in it: they show what it catches. The largest probability, treated in the same
way, is reported beside the lead.

The networks have learned from all of MNIST's training pictures, so those can choose nothing here.
What the thresholds cost on training pictures that were held out is reported for the shipped single
models that hold some out (slides-a, -b and -c), and on the test pictures for all shipped runs.

It also counts how many of the pen digits are taken for several shapes or for a dot, and how many
pairs are seen to be two, with a gap of that share of their height between the digits.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import counted, write
from experiments.folds import FOLDS, Fold, by_writer, fingerprint, folds
from experiments.no_digit import letter, scribble
from mnist_models.comparison.judgement import judge, lead
from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.data.pen_digits import WRITING_BOX, PenDigit, load_pen_digits
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Stack
from mnist_models.preprocessing.rasterise import BIG, Drawn, Stroke, rasterise_steps
from mnist_models.preprocessing.to_mnist import to_mnist
from mnist_models.runs.registry import load_run, run_names

COST = 0.01  # of the right answers of each source may be called unsure
SEED = 0
GAPS = (0.1, 0.2, 0.3, 0.5)  # between two digits side by side, shares of their height
PAIRS = 100  # per gap
PICTURES = 500  # of letters, and of scribbles
CHARACTERS = "CHARACTERS"  # names a file of Omniglot's characters
_LATIN, _DRAWERS = "Latin/", 4  # of a character's twenty

Measure = Callable[[NDArray], NDArray]
MEASURES: dict[str, Measure] = {"lead": lead, "largest": lambda proba: proba.max(axis=1)}
Probas = dict[Approach, NDArray]


def side_by_side(one: PenDigit, other: PenDigit, gap: float) -> list[Stroke]:
    """The strokes of two digits, so far apart in shares of the taller one's height."""
    left, right = (np.concatenate(digit.strokes) for digit in (one, other))
    height = max(float(np.ptp(points[:, 1])) for points in (left, right))
    move = np.array([left[:, 0].max() + gap * height - right[:, 0].min(), 0], dtype=np.float32)
    return [*one.strokes, *(stroke + move for stroke in other.strokes)]


def drawn_big(strokes: Sequence[Stroke]) -> Drawn:
    """What they become, on a canvas that they fill as far as people do."""
    longer = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return rasterise_steps(strokes, longer / BIG)


def pairs(digits: Sequence[PenDigit], fold: int) -> dict[float, list[Drawn]]:
    """Pairs of digits that one writer could have written beside each other, per gap."""
    rng = stream(SEED, "pairs", f"unsure-{fold}")
    theirs = by_writer(digits)
    drawn: dict[float, list[Drawn]] = {}
    for gap in GAPS:
        chosen = rng.choice(list(theirs), PAIRS // FOLDS)
        twos = [rng.choice(len(theirs[w]), 2, replace=False) for w in chosen]
        drawn[gap] = [
            drawn_big(side_by_side(theirs[w][one], theirs[w][other], gap))
            for w, (one, other) in zip(chosen, twos, strict=True)
        ]
    return drawn


def characters() -> NDArray[np.uint8] | None:
    """(n, 28, 28) characters that are no digits; None if CHARACTERS does not name their file.

    The file holds for each drawing `ink`, the bits of its `side` × `side` pixels as
    `numpy.packbits` packs them, `label`, which is alphabet/number, and `drawer`, from 1.
    """
    if not (path := os.environ.get(CHARACTERS)):
        return None
    with np.load(path, allow_pickle=False) as file:
        few = file["drawer"] <= _DRAWERS
        other = np.array([not str(label).startswith(_LATIN) for label in file["label"]])
        side = int(file["side"])
        bits = np.unpackbits(file["ink"][few & other], axis=1)[:, : side * side]
    return np.stack([to_mnist(ink.reshape(side, side) * 255) for ink in bits])


def threshold(sureness: NDArray) -> float:
    """The largest in hundredths below which at most COST of the right answers lie."""
    steps = np.arange(100) / 100
    return float(max(step for step in steps if np.mean(sureness < step) <= COST))


def doubts(probas: Probas, limits: dict[Approach, float]) -> dict[str, NDArray[np.bool_]]:
    """Which answers the page would doubt, (n,) bool: of each approach, then of "both" together.

    Not doubted of both are those of which nothing is said but that both read it.
    """
    rows = zip(*probas.values(), strict=True)
    judged = [judge(dict(zip(probas, row, strict=True)), least_lead=limits) for row in rows]
    doubted = {str(a): np.array([j.doubts(a) for j in judged], dtype=bool) for a in probas}
    if len(probas) == len(PAIR):
        plain = [j.finding == "agreement" and not j.unsure for j in judged]
        doubted["both"] = ~np.array(plain, dtype=bool)
    return doubted


def costs(probas: Probas, labels: NDArray, limits: dict[Approach, float]) -> Iterator[dict]:
    """Right and wrong answers that are doubted; both together are right if each of them is."""
    right = {str(a): proba.argmax(axis=1) == labels for a, proba in probas.items()}
    right["both"] = np.all([*right.values()], axis=0)
    for approach, doubted in doubts(probas, limits).items():
        yield {
            "approach": approach,
            "right": counted("unsure", doubted[right[approach]]),
            "wrong": counted("unsure", doubted[~right[approach]]),
        }


def catches(probas: Probas, limits: dict[Approach, float]) -> Iterator[dict]:
    """How many pictures that show no digit are doubted, by each approach and by both."""
    for approach, doubted in doubts(probas, limits).items():
        yield {"approach": approach, **counted("unsure", doubted)}


def ask(stacks: dict[Approach, Stack], pictures: NDArray[np.uint8]) -> Probas:
    """What both say, (n, K) each."""
    return {approach: stack.predict_proba(pictures) for approach, stack in stacks.items()}


@dataclass
class Asked:
    """What was drawn, and what the networks that had not seen its writers say of it.

    Attributes:
        steps: of the digits.
        beside: pairs of digits, per gap.
        labels: (n,) of the digits.
        answers: to them.
        no_digits: by source.
    """

    steps: list[Drawn]
    beside: dict[float, list[Drawn]]
    labels: NDArray[np.uint8]
    answers: Probas
    no_digits: dict[str, Probas]


def ask_folds(asked: Iterable[Fold], others: dict[str, NDArray[np.uint8]]) -> Asked:
    """Ask each fold about its own writers, and about its share of the other pictures.

    others: by source, (n, 28, 28) each.
    """
    parts: list[Asked] = []
    for fold in asked:
        steps = [rasterise_steps(digit.strokes, WRITING_BOX) for digit in fold.digits]
        beside = pairs(fold.digits, fold.number)
        shown = {name: pictures[fold.number :: FOLDS] for name, pictures in others.items()}
        shown["pairs of digits"] = _pictures(step for steps in beside.values() for step in steps)
        parts.append(
            Asked(
                steps,
                beside,
                np.array([digit.digit for digit in fold.digits], dtype=np.uint8),
                ask(fold.stacks, _pictures(steps)),
                {name: ask(fold.stacks, pictures) for name, pictures in shown.items()},
            )
        )
    return Asked(
        [step for part in parts for step in part.steps],
        {gap: [step for part in parts for step in part.beside[gap]] for gap in GAPS},
        np.concatenate([part.labels for part in parts]),
        _together([part.answers for part in parts]),
        {name: _together([part.no_digits[name] for part in parts]) for name in parts[0].no_digits},
    )


def _pictures(steps: Iterable[Drawn]) -> NDArray[np.uint8]:
    return np.stack([step.centred for step in steps])


def _together(parts: Sequence[Probas]) -> Probas:
    return {approach: np.concatenate([part[approach] for part in parts]) for approach in PAIR}


def main() -> None:
    """Ask the networks, choose the thresholds, count, and write the JSON."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    mnist, digits, drawn_characters = load_mnist(), load_pen_digits(), characters()
    others = {
        "letters": np.stack([letter(k) for k in range(PICTURES)]),
        "scribbles": np.stack([scribble(k) for k in range(PICTURES)]),
    }
    if drawn_characters is None:
        print(f"The characters are left out: {CHARACTERS} does not name their file.")
    else:
        others["characters"] = drawn_characters
    asked = ask_folds(folds(mnist, digits), others)
    limits = {
        name: {
            a: threshold(measure(proba[proba.argmax(axis=1) == asked.labels]))
            for a, proba in asked.answers.items()
        }
        for name, measure in MEASURES.items()
    }
    chosen, largest = limits["lead"], limits["largest"]
    contents = {
        "networks": fingerprint(mnist, digits),
        "cost": COST,
        "threshold": chosen,
        "costs": list(costs(asked.answers, asked.labels, chosen)),
        "catches": [
            {"source": name, **entry}
            for name, probas in asked.no_digits.items()
            for entry in catches(probas, chosen)
        ],
        "largest": {
            "threshold": largest,
            "catches": [
                {
                    "source": name,
                    "approach": a,
                    **counted("unsure", probas[a].max(axis=1) < largest[a]),
                }
                for name, probas in asked.no_digits.items()
                for a in PAIR
            ],
        },
        "shipped": list(shipped(mnist, chosen)),
        "shapes": {
            "digits": [
                {
                    "rows": len(asked.steps),
                    "several": sum(s.shapes > 1 for s in asked.steps),
                    "dots": sum(s.is_dot for s in asked.steps),
                }
            ],
            "pairs": [
                {"gap": gap, "rows": len(steps), "several": sum(s.shapes > 1 for s in steps)}
                for gap, steps in asked.beside.items()
            ],
        },
    }
    used = "" if drawn_characters is None else f"{CHARACTERS}=characters.npz"
    write("unsure", None, contents, variables=used)


def shipped(mnist: Dataset, limits: dict[Approach, float]) -> Iterator[dict[str, Any]]:
    """What the thresholds cost shipped runs on MNIST, for the record."""
    for run in (load_run(name) for name in run_names() if name in RECIPES):
        asked = [a for a in PAIR if a in run.with_weights]
        test = {a: run.test_scores[a] for a in asked}
        yield from _entries(run.name, "test", costs(test, mnist.y_test, limits))
        seen = np.any([run.rows_seen(a).any(axis=0) for a in asked], axis=0)
        if not seen.all():
            held_out = np.flatnonzero(~seen)
            answers = ask({a: run.stack(a) for a in asked}, mnist.x_train[held_out])
            counts = costs(answers, mnist.y_train[held_out], limits)
            yield from _entries(run.name, "held out", counts)


def _entries(run: str, pictures: str, counts: Iterator[dict]) -> Iterator[dict[str, Any]]:
    for entry in counts:
        yield {"run": run, "pictures": pictures, **entry}


if __name__ == "__main__":
    main()
