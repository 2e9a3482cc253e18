"""The disturbances that answers are tried with, each with one strength.

Noise, hidden parts and turns are usual corruptions of MNIST (Mu and Gilmer 2019, "MNIST-C",
https://arxiv.org/abs/1906.02337), and so are thinner and thicker strokes (Castro et al. 2019,
"Morpho-MNIST", https://arxiv.org/abs/1809.10780). They are simple arithmetic, so that a browser
computes the same (`ui/live/perturbations.js`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnist_models.pictures import Images
from mnist_models.robustness.geometry import hide_square, turn
from mnist_models.robustness.noise import add_noise
from mnist_models.robustness.pen_width import change_pen
from mnist_models.text import Text, t


@dataclass(frozen=True)
class Perturbation:
    """A disturbance of pictures.

    Attributes:
        title: what it is called.
        unit: what its strength is, as the title of an axis.
        apply: disturbs (n, 28, 28) with a strength; 0 leaves them as they are.
        low, high: the least and the greatest strength; low is 0 or below.
        step: between the strengths of a slider.
        coarse: between the strengths at which accuracies are measured.
    """

    title: Text
    unit: Text
    apply: Callable[[Images, float], Images]
    low: float
    high: float
    step: float
    coarse: float

    def strengths(self, step: float) -> list[float]:
        """All strengths from the least to the greatest, so far apart; 0 is among them."""
        return [
            round(k * step, 3) for k in range(round(self.low / step), round(self.high / step) + 1)
        ]


PERTURBATIONS: Mapping[str, Perturbation] = {
    "noise": Perturbation(
        t("Noise"), t("noise: standard deviation, of black to white"), add_noise, 0, 1, 0.05, 0.1
    ),
    "square": Perturbation(
        t("Cut-out square"), t("side of the square, in pixels"), hide_square, 0, 20, 1, 2
    ),
    "pen": Perturbation(
        t("Pen"), t("pixels added on each side of a stroke"), change_pen, -1, 2, 0.1, 0.25
    ),
    "turn": Perturbation(t("Turn"), t("degrees, clockwise"), turn, -45, 45, 3, 5),
}
