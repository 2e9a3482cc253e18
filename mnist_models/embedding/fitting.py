"""Which components of a hidden layer tell the classes apart; scikit-learn finds them.

Linear discriminants alone are at most K − 1, and neighbours look less alike by them; by principal
components alone more neighbours are of another class. So the first K − 1 components are
discriminants, turned so that the map shows all pairs of classes apart as well as a plane can, and
the others are principal components of what the discriminants leave over. How often the nearest
pictures carry the label, by each choice: `python -m experiments.neighbours`.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.stack import Floats

COMPONENTS = 16
_FLAT = 1e-12  # of a variance
_KEPT = 256  # principal components among which the discriminants are sought, or it takes minutes


def fit_components(hidden: Floats, y: NDArray, seed: int) -> tuple[NDArray, NDArray] | None:
    """The components of what hidden units say of training pictures.

    Args:
        hidden: (n, units) of the pictures.
        y: (n,) their labels, of two classes or more.
        seed: of the approximate principal components.

    Returns:
        Weights (units, C) and an offset (C,): `hidden @ weights + offset` is where a picture is.
        Pictures of a class have a variance of 1 along a discriminant, and all pictures have along
        the first of the other components. C is 16, or less where there are fewer units. None
        where the units do not span a plane: a single one, or such as say the same of all pictures.
    """
    from sklearn.decomposition import PCA  # takes seconds, and the web process has no use for it
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    kept = min(_KEPT, hidden.shape[1], len(hidden) - 1)
    reduced = PCA(kept, svd_solver="randomized", iterated_power=2, random_state=seed).fit(hidden)
    if np.count_nonzero(reduced.explained_variance_ > _FLAT) < 2:
        return None
    z = reduced.transform(hidden).astype(np.float64)
    found = LinearDiscriminantAnalysis().fit(z, y).scalings_
    discriminants = found[:, : min(len(np.unique(y)) - 1, COMPONENTS)]
    discriminants = discriminants @ _turn(z @ discriminants, y)
    basis, _ = np.linalg.qr(discriminants)
    left_over = z - z @ basis @ basis.T
    further = min(COMPONENTS, kept) - discriminants.shape[1]
    if further > 0:
        rest = PCA(further, svd_solver="full").fit(left_over)
        spread = max(np.sqrt(rest.explained_variance_[0]), 1e-9)
        discriminants = np.hstack([discriminants, rest.components_.T / spread])
    weights = reduced.components_.T @ discriminants
    return weights, -reduced.mean_ @ weights


def _turn(z: NDArray, y: NDArray) -> NDArray:
    """(d, d) a rotation whose first axes show the pairs of classes apart that are close together.

    The directions from class to class, each weighted by 1 / distance² (after Loog et al. 2001,
    https://doi.org/10.1109/34.935849): else the classes that are far from all others anyway
    decide. Distances remain what they are.
    """
    centres = [z[y == label].mean(axis=0) for label in np.unique(y)]
    between = np.array([a - b for a, b in combinations(centres, 2)])
    weighted = between / np.square(between).sum(axis=1, keepdims=True).clip(1e-9)
    axes = np.linalg.svd(weighted)[2].T
    # Of the two directions of an axis the one in which the classes rather ascend.
    ascent = np.arange(len(centres)) - np.mean(np.arange(len(centres)))
    return axes * np.where(ascent @ np.array(centres) @ axes < 0, -1, 1)
