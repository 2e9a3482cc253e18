"""The fields that a step of the tour may name: figures and sentences, computed from the run.

`docs/teaching.md` lists them; a test holds the list to this one. A count knows what it counts, so
that one picture is not "1 pictures". None stands for what there is not yet: the paragraph that asks
for it is left out until then.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.experiment_sentences import new_class_headline
from mnist_models.comparison.lesson_sentences import outcome_sentence
from mnist_models.comparison.sentences import outcome_sentences, verdict_sentence
from mnist_models.data.mnist import find_mnist
from mnist_models.errors import ExpectedError
from mnist_models.evidence.experiments import load_evidence, spread
from mnist_models.evidence.networks.new_class_costs import new_class_costs
from mnist_models.formatting import count_text, percent_text, points_text
from mnist_models.learning.approaches import Approach
from mnist_models.metrics.scores import largest_confusions
from mnist_models.pictures import PIXELS
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run
from mnist_models.text import Text, t
from ui.new_class.lesson_panel import my_lesson
from ui.shared.current_run import cached_run
from ui.tour.drawing import latest_drawing, read_so_far
from ui.tour.mistakes import duel_of
from ui.tour.retraining import REFERENCE, find_recording, trained_run, why_not

Figure = Callable[[Run], object]


def _pictures(count: int) -> Text:
    return t("{count:,} picture", "{count:,} pictures", count=count)


def _of_duel(write: Callable[[Duel], object]) -> Figure:
    def figure(run: Run) -> object:
        duel = duel_of(run)
        return None if duel is None else write(duel)

    return figure


def _accuracy(approach: Approach) -> Figure:
    return lambda run: (
        percent_text(run.metrics(approach).accuracy) if approach in run.approaches else None
    )


def _differing(duel: Duel) -> Text:
    return _pictures(int((duel.first.answers != duel.second.answers).sum()))


def _misread_here(run: Run) -> Text | None:
    """How many pictures both misread, where the pictures themselves are there to be looked at."""
    duel = duel_of(run) if find_mnist() else None
    return None if duel is None else _pictures(int(duel.paired.both_wrong))


def _commonest(duel: Duel) -> Text | None:
    matrices = {"": (_confusion(duel.first) + _confusion(duel.second)).tolist()}
    worst = largest_confusions(matrices, duel.classes, limit=1)
    if not worst:
        return None
    true, answer, _ = worst[0].values()
    return t("{true} read as {answer}", true=true, answer=answer)


def _confusion(contender: Contender) -> np.ndarray:
    return np.array(contender.metrics.confusion)


def _read(run: Run) -> Text | None:
    return _pictures(len(found)) if (found := read_so_far(run)) else None


def _disagreed(run: Run) -> str | None:
    return count_text(found.count(False)) if (found := read_so_far(run)) else None


def _ink(run: Run) -> str:
    del run
    return count_text(int(np.count_nonzero(latest_drawing())))


def _weights(run: Run) -> str | None:
    layers = _layers(run, "single")
    return count_text(PIXELS * layers[1]) if layers else None


def _hidden(run: Run) -> str | None:
    layers = _layers(run, "single")
    return count_text(layers[1]) if layers else None


def _layers(run: Run, approach: Approach) -> list[int] | None:
    return run.manifest["approaches"][approach]["layers"] if approach in run.approaches else None


def _reference(run: Run) -> Run:
    """The run whose binary models learned from undersampled rows; else the visitor's."""
    return cached_run(REFERENCE) if REFERENCE in run_names() else run


def _positives_and_others(run: Run) -> np.ndarray | None:
    """How many training pictures show each digit, and how many do not, (2, K)."""
    if "multi" not in run.approaches:
        return None
    positives = np.sum(run.metrics("multi", "train").confusion, axis=1)
    return np.array([positives, positives.sum() - positives])


def _of_a_digit(side: int, choose: Callable[[np.ndarray], float]) -> Figure:
    """How many pictures there are on a side: 0 for those of a digit, 1 for all others."""

    def figure(run: Run) -> str | None:
        sides = _positives_and_others(_reference(run))
        return None if sides is None else count_text(choose(sides[side]))

    return figure


def _kept(run: Run) -> str | None:
    """The share of the other pictures that a binary model learns from, mean of all."""
    sides = _positives_and_others(run := _reference(run))
    if sides is None:
        return None
    rows = np.array(run.manifest["approaches"]["multi"]["rows"])
    return percent_text(float(np.mean((rows - sides[0]) / sides[1])), 0)


def _says_none(approach: Approach) -> Figure:
    """To what share of the letters no probability of an approach reaches one half."""

    def figure(run: Run) -> str | None:
        found, weights = load_evidence("no_digit"), run.weights_hash(approach)
        entries = found["answers"] if found else []
        own = [e for e in entries if e["weights"] == weights and e["kind"] == "letters"]
        return percent_text(own[0]["none"] / own[0]["pictures"], 1) if own else None

    return figure


def _measured(strategy: str) -> Figure:
    def figure(run: Run) -> str | None:
        del run
        found = load_evidence("sampling")
        own = [e for e in found["runs"] if e["strategy"] == strategy] if found else []
        return spread(own, "test_accuracy").text(percent_text) if own else None

    return figure


def _given_up(run: Run) -> str | None:
    """How many points undersampling costs, by the medians over the seeds."""
    del run
    if not (found := load_evidence("sampling")):
        return None
    every, few = (
        spread([e for e in found["runs"] if e["strategy"] == name], "test_accuracy").median
        for name in ("all", "undersample")
    )
    return points_text(every - few)


def _trained(run: Run) -> Text | None:
    """What the ten models read that the visitor has trained here, beside those of the reference."""
    name = trained_run()
    if name is None:
        return None
    new, old = (Contender(each, "multi") for each in (cached_run(name), _reference(run)))
    try:
        return outcome_sentences(new, Duel.of(old, new))
    except ExpectedError:  # other pictures: the offline sample's
        return outcome_sentences(new, None)


def _recorded(approach: Approach) -> Figure:
    """Where the recorded training ended; nothing for who may train."""

    def figure(run: Run) -> str | None:
        recording = find_recording(run) if why_not() else None
        if recording is None:
            return None
        return percent_text(recording.history[approach]["val_accuracy"][-1])

    return figure


def _lesson(run: Run) -> Text | None:
    """What the visitor's own lesson came to."""
    del run
    found = my_lesson()
    return outcome_sentence(*found) if found and found[1].steps else None


def _new_class(write: Callable[[Any], Text]) -> Figure:
    def figure(run: Run) -> Text | None:
        del run
        found = load_evidence("new_class")
        return write(new_class_costs(found["left_out"])) if found else None

    return figure


FIGURES: Mapping[str, Figure] = {
    "run": lambda run: run.label,
    "single_accuracy": _accuracy("single"),
    "multi_accuracy": _accuracy("multi"),
    "test_pictures": lambda run: _pictures(run.manifest["dataset"]["test_rows"]),
    "differing": _of_duel(_differing),
    "both_wrong": _of_duel(lambda duel: _pictures(duel.paired.both_wrong)),
    "only_single": _of_duel(lambda duel: _pictures(duel.paired.only_first)),
    "only_multi": _of_duel(lambda duel: _pictures(duel.paired.only_second)),
    "verdict": _of_duel(verdict_sentence),
    "misread_here": _misread_here,
    "commonest_mistake": _of_duel(_commonest),
    "read": _read,
    "disagreed": _disagreed,
    "ink": _ink,
    "hidden_units": _hidden,
    "first_weights": _weights,
    "fewest_of_a_digit": _of_a_digit(0, np.min),
    "most_of_a_digit": _of_a_digit(0, np.max),
    "fewest_others": _of_a_digit(1, np.min),
    "most_others": _of_a_digit(1, np.max),
    "others_kept": _kept,
    "single_says_none": _says_none("single"),
    "multi_says_none": _says_none("multi"),
    "undersampled": _measured("undersample"),
    "drawn_again": _measured("fresh"),
    "hard_ones": _measured("hard"),
    "all_pictures": _measured("all"),
    "given_up": _given_up,
    "trained": _trained,
    "recorded_single": _recorded("single"),
    "recorded_multi": _recorded("multi"),
    "lesson": _lesson,
    "new_class": _new_class(new_class_headline),
}
