"""Sentences computed from numbers say what the numbers say."""

import numpy as np
import pytest

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.sentences import accuracy_text, difference_sentence, verdict_sentence
from mnist_models.learning.approaches import PAIR
from mnist_models.runs.run import Run


def _duel(run: Run, only_first: int, only_second: int, *, rows: int = 10_000) -> Duel:
    """Both approaches of a run with made-up scores: `rows` zeros, of which each misses some."""
    proba = {approach: np.eye(10, dtype=np.float32)[np.zeros(rows, int)] for approach in PAIR}
    proba["multi"][:only_first] = np.eye(10)[3]
    proba["single"][only_first : only_first + only_second] = np.eye(10)[7]
    vars(run)["test_scores"] = {"labels": np.zeros(rows, np.uint8), **proba}
    return Duel.of(Contender(run, "single"), Contender(run, "multi"))


@pytest.mark.parametrize(
    ("only_first", "only_second", "expected"),
    [
        (80, 8, "the single model gets 72 more of them right than the ten binary models; a"
         " difference this large would rarely come by chance (exact McNemar test, p < 0.001)"),
        (8, 80, "the ten binary models get 72 more of them right than the single model; a"
         " difference this large would rarely come by chance"),
        (12, 10, "the single model gets 2 more of them right than the ten binary models; chance"
         " alone could explain it (exact McNemar test, p = 0.832)"),
        (10, 12, "the ten binary models get 2 more of them right than the single model; chance"
         " alone could"),
        (5, 5, "the single model and the ten binary models read equally many."),
    ],
)  # fmt: skip
def test_the_sentence_follows_the_numbers(
    only_first: int, only_second: int, expected: str, tiny_run: Run
) -> None:
    sentence = verdict_sentence(_duel(tiny_run, only_first, only_second))
    assert sentence.startswith("Of 10,000 test digits")
    assert expected in sentence


def test_the_sentence_names_the_runs_where_there_are_two(tiny_run: Run) -> None:
    other = Run(tiny_run.path.with_name("other"), tiny_run.manifest, "2")
    vars(other)["test_scores"] = tiny_run.test_scores
    sentence = verdict_sentence(Duel.of(Contender(tiny_run, "multi"), Contender(other, "multi")))
    assert "the ten binary models of reference" in sentence
    assert "the ten binary models of other" in sentence


def test_accuracy_is_told_with_counts_and_interval(tiny_run: Run) -> None:
    metrics = tiny_run.metrics("single")
    right = round(metrics.accuracy * metrics.rows)
    assert accuracy_text(metrics).startswith(f"{right} of {metrics.rows} (")


def test_the_sentence_names_the_digit_of_the_largest_difference() -> None:
    sentence = difference_sentence("8", 0.9, 0.95, "recall")
    assert sentence == "The two differ most on the 8: recall 90.00 % against 95.00 %."
    sentence = difference_sentence("3", 0.8, 0.8, "F1")
    assert sentence == "The two have the same F1 on every digit."
