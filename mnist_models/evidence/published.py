"""What others published, beside the figures of the runs here."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.evidence.networks.training_studies import seeds_spread
from mnist_models.formatting import change_text, commas, interval_text, percent_text
from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.learning.recipes import Published
from mnist_models.metrics.significance import wilson_interval
from mnist_models.runs.label import differences
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Text, t, translated

_TEST_PICTURES = 10_000


@dataclass(frozen=True)
class DenseNetworks:
    """What dense networks misread of MNIST's test pictures.

    Attributes:
        name: what they are.
        networks: how many vote.
        hidden: hidden layers of each.
        misread: of the 10,000.
        source: who says so.
    """

    name: Text
    networks: int
    hidden: int
    misread: int
    source: str


_DENSE = (
    DenseNetworks(
        t("784-800-10, elastic distortions"),
        *(1, 1, 70),
        t("Simard et al. 2003"),
    ),
    DenseNetworks(
        t("a ladder network, no distortions"),
        *(1, 5, 57),
        t("Rasmus et al. 2015, arXiv 1507.02672"),
    ),
    DenseNetworks(
        t("784-800-10, digits of several widths"),
        *(25, 1, 39),
        t("Meier et al. 2011"),
    ),
    DenseNetworks(
        t("six layers with 12 million weights"),
        *(1, 5, 35),
        t("Cireşan et al. 2010, arXiv 1003.0358"),
    ),
    DenseNetworks(
        t("seven deep ones together"),
        *(7, 5, 31),
        t("Cireşan et al. 2011, arXiv 1103.4487"),
    ),
)


def dense_rows() -> list[dict[str, Any]]:
    """The best published dense networks and the shipped runs that aim there, the best first.

    Returns:
        Per row the `name`, how many `networks` vote, `hidden` layers of each, the `error` with its
        95 % interval as text, `misread` pictures and the `source`.
    """
    found = sorted([*_DENSE, *_ours()], key=lambda each: each.misread)
    return [
        {
            "name": translated(each.name),
            "networks": each.networks,
            "hidden": each.hidden,
            "error": interval_text(
                each.misread / _TEST_PICTURES, wilson_interval(each.misread, _TEST_PICTURES)
            ),
            "misread": each.misread,
            "source": translated(each.source),
        }
        for each in found
    ]


def _ours() -> Iterator[DenseNetworks]:
    """The approaches of the runs that aim at it, where they are."""
    for name in ("strong", "record"):
        with contextlib.suppress(RunError):
            run = load_run(name)
            if run.test_set != "mnist":
                continue
            for approach in run.approaches:
                entry, metrics = run.manifest["approaches"][approach], run.metrics(approach)
                title = t("{approach}, {run}", approach=TITLES[approach], run=run.label)
                yield DenseNetworks(
                    t("here: {name}", name=title),
                    *(entry["members"], len(entry["layers"]) - 2, metrics.rows - metrics.right),
                    "",
                )


def published_rows() -> list[dict[str, str]]:
    """Accuracies of all sound runs on MNIST beside the published ones, a row per approach.

    Raises:
        RunError: the folder of the runs cannot be read.
    """
    rows = []
    seeds = load_evidence("seeds")
    for name in run_names():
        with contextlib.suppress(RunError):  # the sidebar offers it, and says if it is damaged
            run = load_run(name)
            if run.test_set == "mnist":
                rows += [_published_row(run, approach, seeds) for approach in run.pair]
    return rows


def _published_row(run: Run, approach: Approach, seeds: Evidence | None) -> dict[str, str]:
    changed = differences(run.manifest["recipe"], run.manifest.get("seed"), PAIR)
    published = run.published or Published("–")
    theirs, test = published.test.get(approach), run.metrics(approach)
    spread = seeds_spread(seeds, run, approach)
    return {
        t("run"): run.label,
        t("recipe"): commas([run.manifest["recipe"]["name"], *changed]),
        t("approach"): TITLES[approach],
        t("published"): _printed(theirs),
        t("ours (95 % interval)"): interval_text(test.accuracy, test.accuracy_interval),
        t("several seeds"): spread.text(percent_text) if spread else "–",
        t("difference"): "–" if theirs is None else change_text(test.accuracy - theirs),
        t("published train"): _printed(published.train.get(approach)),
        t("our train"): percent_text(run.metrics(approach, "train").accuracy),
        t("source"): translated(published.source),
    }


def _printed(figure: float | None) -> str:
    return t("not printed") if figure is None else percent_text(figure)
