"""What others published, beside the figures of the runs here."""

import contextlib

from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.evidence.networks.training_studies import seeds_spread
from mnist_models.formatting import change_text, commas, interval_text, percent_text
from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.learning.recipes import Published
from mnist_models.runs.label import differences
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t, translated


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
