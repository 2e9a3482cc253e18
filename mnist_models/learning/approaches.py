"""The approaches that are compared, and what people call them."""

from typing import Literal

from mnist_models.text import Texts, t

Approach = Literal["single", "multi"]
PAIR: tuple[Approach, ...] = ("single", "multi")

# What people read: as a title, and within a sentence.
TITLES = Texts({"single": t("Single model"), "multi": t("Multi-model")})
NAMES = Texts({"single": t("single model"), "multi": t("multi-model")})
