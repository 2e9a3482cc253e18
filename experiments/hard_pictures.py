"""Twenty hard test pictures for people to read: python -m experiments.hard_pictures

The rule knows no label and no mistake. For each approach of the shipped runs below, the test
pictures are ordered by the lead of the largest output over the second; of a picture the mean of its
places in these orders counts. Chosen are the fourteen with the lowest that people do not doubt, and
the six with the lowest of those whose labels people doubt (`mnist_models.data.label_errors`).
Then they are shuffled. It takes a second, and needs no pictures.
"""

import numpy as np
from numpy.typing import NDArray

from experiments import write
from mnist_models.comparison.contenders import contenders_of
from mnist_models.data.label_errors import doubted_rows
from mnist_models.runs.registry import load_run

# All that were trained before this was written: what comes later changes nothing here.
RUNS = (
    "reference",
    "slides-a",
    "slides-b",
    "slides-c",
    "article",
    "term-project",
    "strong",
    "pens",
)
CLEAR, DOUBTED = 14, 6
SEED = 0


def leads(proba: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far each picture's largest output is above the second, (n, K) → (n,)."""
    ordered = np.sort(proba, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2])


def mean_places(all_leads: list[NDArray[np.floating]]) -> NDArray[np.floating]:
    """The mean place of each picture where each list is ordered by its leads, (n,)."""
    places = [np.argsort(np.argsort(each, kind="stable")) for each in all_leads]
    return np.asarray(np.mean(places, axis=0))


def choose(places: NDArray[np.floating], doubted: NDArray[np.intp]) -> list[int]:
    """The numbers of the chosen pictures, shuffled."""
    order = np.argsort(places, kind="stable")
    is_doubted = np.isin(order, doubted)
    chosen = np.concatenate([order[~is_doubted][:CLEAR], order[is_doubted][:DOUBTED]])
    return np.random.default_rng(SEED).permutation(chosen).tolist()


def main() -> None:
    """Choose them, and write the JSON."""
    asked = [c for name in RUNS for c in contenders_of(load_run(name))]
    places = mean_places([leads(contender.proba) for contender in asked])
    rows = choose(places, doubted_rows("mnist", len(places)))
    found = {"runs": RUNS, "approaches": len(asked), "of": len(places), "pictures": rows}
    write("hard_pictures", None, found)


if __name__ == "__main__":
    main()
