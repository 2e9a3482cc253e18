"""How do the models answer pictures that are not digits? python -m experiments.no_digit

Letters and scribbles, drawn here with one seed, go through `to_mnist` like a drawing; noise does
not. Every shipped run with weights answers; MNIST is not needed, since the scores of the test
digits are stored with the run. A picture is rejected by one of two rules, the same for both
approaches: no probability reaches 0.5, or none reaches the threshold that rejects one in a hundred
of the run's own test digits. This threshold is set by the scores of the same test digits that it is
reported for. It decides nothing else, and no picture that is counted here had a part in it.

Letters: Pillow's default font, in several sizes, weights and slants. Letters that may pass for a
digit are left out: O o Q D C c G e U u (0), I i J j L l T t r (1 and 7), Z z (2), S s (5), b (6), B
(8), P p q g a d (9), A Y y (4); and k v w x, which look like K V W X at the same size. Scribbles:
one to three smooth strokes through random points; those that happen to look like a digit were not
removed. Noise: to_mnist treats faint noise as blank, so that no model would be asked; here each
model gets 28 × 28 pixels of random grey, some pictures sparse and others full.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sklearn.metrics import roc_auc_score

from experiments import write
from mnist_models.data.pen_digits import WRITING_BOX
from mnist_models.learning.approaches import Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import stream
from mnist_models.metrics.calibration import is_rejected, rejection_threshold
from mnist_models.metrics.scores import YES
from mnist_models.pictures import SIDE
from mnist_models.preprocessing.rasterise import render
from mnist_models.preprocessing.to_mnist import to_mnist
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run

Pictures = NDArray[np.uint8]

LETTERS = "EFHKMNRVWXfhmn"
PICTURES = 1_000  # of each kind
REFUSED_DIGITS = 0.01  # of the test digits, by the second rule
SURE = 0.9
_SEED = 0
_EXAMPLES = 6  # of each kind, for people to look at
_CANVAS = 280


def letter(number: int) -> Pictures:
    """The letter with this number after to_mnist, (28, 28)."""
    rng = stream(_SEED, number, "letters")
    canvas = Image.new("L", (_CANVAS, _CANVAS))
    ImageDraw.Draw(canvas).text(
        (_CANVAS / 2, _CANVAS / 2),
        LETTERS[number % len(LETTERS)],
        fill=255,
        font=ImageFont.load_default(float(rng.uniform(100, 180))),
        anchor="mm",
        stroke_width=float(rng.uniform(0, 5)),
    )
    slanted = canvas.rotate(float(rng.uniform(-12, 12)), Image.Resampling.BICUBIC)
    return to_mnist(np.asarray(slanted))


def scribble(number: int) -> Pictures:
    """The scribble with this number after to_mnist, (28, 28)."""
    rng = stream(_SEED, number, "scribbles")
    corners = [
        rng.uniform(0.15 * WRITING_BOX, 0.85 * WRITING_BOX, (rng.integers(5, 11), 2))
        for _ in range(rng.integers(1, 4))
    ]
    strokes = [_smooth(points).astype(np.float32) for points in corners]
    return to_mnist(
        render(strokes, box=WRITING_BOX, canvas=_CANVAS, pen=float(rng.uniform(10, 22)))
    )


def noise(number: int) -> Pictures:
    """The noise with this number, (28, 28): a few to all pixels have a random grey level."""
    rng = stream(_SEED, number, "noise")
    levels = rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    return levels * (rng.random((SIDE, SIDE)) < rng.uniform(0.05, 1))


KINDS = {"letters": letter, "scribbles": scribble, "noise": noise}


def _smooth(points: NDArray[np.floating]) -> NDArray[np.floating]:
    """Cut the corners four times over (Chaikin 1974, "An algorithm for high-speed curves")."""
    for _ in range(4):
        start, end = points[:-1], points[1:]
        cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1)
        points = np.concatenate([points[:1], cut.reshape(-1, 2), points[-1:]])
    return points


def measure(run: Run, approach: Approach, pictures: dict[str, Pictures]) -> list[dict[str, Any]]:
    """How one approach of a run answers its test digits and each kind of picture.

    Args:
        run: with weights of the approach.
        approach: "single" or "multi".
        pictures: (n, 28, 28) by kind.
    """
    digits = run.test_scores[approach]
    threshold = rejection_threshold(digits, REFUSED_DIGITS)
    probas = {kind: run.stack(approach).predict_proba(p) for kind, p in pictures.items()}
    return [
        {
            "run": run.name,
            "weights": run.weights_hash(approach),
            "approach": approach,
            "kind": kind,
            **_counts(proba),
            "threshold": threshold,
            "refused": int(is_rejected(proba, threshold).sum()),
            "area": None if kind == "digits" else area(digits, proba),
        }
        for kind, proba in {"digits": digits, **probas}.items()
    ]


def _counts(proba: NDArray) -> dict[str, Any]:
    yes = (proba >= YES).sum(axis=1)
    largest = proba.max(axis=1)
    return {
        "pictures": len(proba),
        "none": int((yes == 0).sum()),
        "one": int((yes == 1).sum()),
        "several": int((yes > 1).sum()),
        "median_largest": float(np.median(largest)),
        "sure": int((largest >= SURE).sum()),
        "answers": np.bincount(proba.argmax(axis=1), minlength=proba.shape[1]).tolist(),
    }


def area(digits: NDArray, others: NDArray) -> float:
    """How often the largest probability is higher for a digit than for a picture that is none."""
    largest = np.concatenate([digits.max(axis=1), others.max(axis=1)])
    return float(roc_auc_score(np.arange(len(largest)) < len(digits), largest))


def main() -> None:
    """Test every shipped run with weights, and write the JSON."""
    pictures = {kind: np.stack([draw(k) for k in range(PICTURES)]) for kind, draw in KINDS.items()}
    shipped = [load_run(name) for name in run_names() if name in RECIPES]
    answers: list[dict[str, Any]] = []
    for run in shipped:
        for approach in run.with_weights:
            answers += measure(run, approach, pictures)
            refused = {entry["kind"]: entry["refused"] for entry in answers[-len(KINDS) :]}
            print(run.name, approach, refused, flush=True)
    contents = {
        "letters": LETTERS,
        "refused_digits": REFUSED_DIGITS,
        "sure": SURE,
        "answers": answers,
        "examples": [
            {"kind": kind, "picture": picture.tobytes().hex()}
            for kind, drawn in pictures.items()
            for picture in drawn[:_EXAMPLES]
        ],
    }
    write("no_digit", None, contents)


if __name__ == "__main__":
    main()
