"""Which components carry the label to a picture's neighbours: python -m experiments.neighbours RUN

The components are fitted to 5,000 training pictures; for 2,000 others the nearest of 10,000 more
are sought: their labels, and how far away they are pixel by pixel. No test picture is looked at.
"""

import argparse

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from mnist_models.data.loading import load_dataset
from mnist_models.embedding.fitting import COMPONENTS, fit_components
from mnist_models.embedding.hidden_units import hidden_units
from mnist_models.embedding.projection import Embedding
from mnist_models.learning.inputs import as_rows
from mnist_models.learning.sampling import stream
from mnist_models.runs.registry import load_run

_NEAREST = 5


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("run")
    run = load_run(arguments.parse_args().run)
    dataset = load_dataset(run.dataset)
    x, y = dataset.x_train, dataset.y_train
    rows = stream(0, "neighbours", "rows").permutation(len(y))[:17_000]
    fitted, among, asked = np.split(rows, [5_000, 15_000])
    print(f"{'approach':9} {'components':32} {'same label':>10} {'in a plane':>10} {'pixels':>8}")
    for approach in run.pair_with_weights:
        stack = run.stack(approach)
        f, a, q = (hidden_units(stack, x[r]) for r in (fitted, among, asked))
        if not (found := fit_components(f, y[fitted], 0)):
            print(f"{approach:9} has no map")
            continue
        made = Embedding.of(*found, stack, x[among])
        own = len(np.unique(y)) - 1
        principal = PCA(COMPONENTS, svd_solver="randomized", random_state=0).fit(f)
        placed = made.weights * made.scales
        for name, near, far in (
            ("principal only", principal.transform(a), principal.transform(q)),
            ("discriminants only", a @ placed[:, :own], q @ placed[:, :own]),
            ("both, as they are shipped", made.points * made.steps, q @ placed + made.offset),
        ):
            nearest = _nearest(near, far)
            same = (y[among][nearest] == y[asked][:, np.newaxis]).mean()
            plane = (y[among][_nearest(near[:, :2], far[:, :2])] == y[asked][:, np.newaxis]).mean()
            away = as_rows(x[asked])[:, np.newaxis] - as_rows(x[among][nearest.ravel()]).reshape(
                *nearest.shape, -1
            )
            distance = np.sqrt(np.square(away).sum(axis=2)).mean()
            print(f"{approach:9} {name:32} {same:10.4f} {plane:10.4f} {distance:8.2f}")


def _nearest(among: NDArray, asked: NDArray) -> NDArray[np.intp]:
    """(m, 5) the numbers of the nearest."""
    away = np.square(among).sum(axis=1) - 2 * asked @ among.T
    return np.argpartition(away, _NEAREST, axis=1)[:, :_NEAREST]


if __name__ == "__main__":
    main()
