"""Tests that only widen what others show: more pages, widths, themes and visitors of the same.

`pytest` leaves them out, so that a newcomer waits less; `pytest -m matrix` runs them, and so does
`.ci/run`.
"""

from collections.abc import Iterable
from typing import Any

import pytest


def first_of(values: Iterable[Any], many: int = 1) -> list[Any]:
    """Parameters of a test, of which all but the first ones belong to the matrix."""
    return [
        value if place < many else pytest.param(value, marks=pytest.mark.matrix)
        for place, value in enumerate(values)
    ]
