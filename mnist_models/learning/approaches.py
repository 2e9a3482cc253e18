"""The approaches that are compared, and what people call them."""

from collections.abc import Mapping
from typing import Literal

Approach = Literal["single", "multi"]
APPROACHES: tuple[Approach, ...] = ("single", "multi")

# How the two approaches are called wherever a person reads about them.
TITLES: Mapping[str, str] = {"single": "Single model", "multi": "Multi-model"}
