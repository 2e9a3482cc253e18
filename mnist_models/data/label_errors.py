"""Test pictures of MNIST whose labels people doubt.

Northcutt, Athalye and Mueller ("Pervasive Label Errors in Test Sets Destabilize Machine Learning
Benchmarks", NeurIPS 2021, arXiv 2103.14749) had five people each look at test pictures that
networks found odd. For these fifteen there was no majority for the label that MNIST gives. Who said
what is published there and not kept here, so nothing is said of what they truly show.
"""

import numpy as np
from numpy.typing import NDArray

RATERS = 5
DOUBTED = (
    *(947, 1621, 1901, 2130, 2462, 2597, 2654, 3520),
    *(3558, 5937, 6651, 6783, 8527, 9679, 9729),
)


def doubted_rows(test_set: str, rows: int) -> NDArray[np.intp]:
    """The numbers of the doubted test pictures, ascending; none but of MNIST's 10,000.

    Args:
        test_set: whose test pictures, "mnist" or "sample".
        rows: how many there are.
    """
    known = test_set == "mnist" and rows == 10_000
    return np.array(DOUBTED if known else (), dtype=np.intp)
