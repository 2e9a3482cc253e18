"""The approaches that are compared, and what people call them."""

from collections.abc import Mapping
from typing import Literal

from mnist_models.text import Text, t

Approach = Literal["single", "multi"]
APPROACHES: tuple[Approach, ...] = ("single", "multi")

# What people read: as a title, and within a sentence.
TITLES: Mapping[str, Text] = {"single": t("Single model"), "multi": t("Multi-model")}
NAMES: Mapping[str, Text] = {"single": t("single model"), "multi": t("multi-model")}
