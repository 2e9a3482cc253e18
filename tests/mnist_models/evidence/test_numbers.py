"""Numbers whose digits touch, in rows and sentences."""

from typing import Any

import pytest

from mnist_models.comparison.experiment_sentences import needless_sentence, numbers_sentence
from mnist_models.evidence.numbers import number_rows
from mnist_models.metrics.significance import PairedMetrics, wilson_interval


def found(single: int, multi: int, only_single: int = 0, only_multi: int = 0) -> dict[str, Any]:
    """Of 100 touching numbers so many are read, so many of them by one alone."""
    both = single - only_single
    paired = PairedMetrics(both, only_single, only_multi, 100 - both - only_single - only_multi)
    right = {"single": single, "multi": multi}
    return {
        "numbers": [
            {
                "spacing": spacing,
                "approach": approach,
                "right": number,
                "rows": 100,
                "interval": wilson_interval(number, 100),
            }
            for spacing in ("close", "pushed")
            for approach, number in right.items()
        ],
        "paired": [{"spacing": s, "p": paired.mcnemar_p} for s in ("close", "pushed")],
        "singles": [
            {"approach": "single", "cut": 3, "rows": 200, "interval": [0, 1]},
            {"approach": "multi", "cut": 0, "rows": 200, "interval": [0, 1]},
        ],
    }


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((80, 60, 20, 0), "the single model reads 80.0 % exactly and the multi-model 60.0 %"),
        ((60, 80, 0, 20), "the multi-model reads 80.0 % exactly and the single model 60.0 %"),
        ((60, 62, 3, 5), "chance alone could explain the difference"),
        ((60, 60, 3, 3), "both read 60.0 % exactly"),
    ],
)
def test_who_reads_more_is_said_with_what_chance_does(counts: Any, said: str) -> None:
    sentence = str(numbers_sentence(found(*counts), "close")).replace("\N{NO-BREAK SPACE}", " ")
    assert said in sentence
    assert sentence.startswith("Of 100 numbers without gaps")
    rarely = "rarely come by chance" in sentence
    assert rarely == (abs(counts[0] - counts[1]) == 20)


def test_rows_are_shares_with_their_intervals() -> None:
    rows = number_rows(found(80, 60, 20))
    assert [row["exactly"] for row in rows] == [0.8, 0.6, 0.8, 0.6]
    assert all(row["low"] < row["exactly"] < row["high"] for row in rows)
    assert rows[0]["digits"] != rows[2]["digits"]


def test_needless_cuts_are_counted() -> None:
    sentence = str(needless_sentence(found(80, 60)))
    assert "Of 200 single digits" in sentence
    assert "the single model cuts 3 and the multi-model 0" in sentence
