import numpy as np
import pytest

from experiments import ladder as experiment
from mnist_models.evidence.experiments import Entry, load_evidence
from mnist_models.evidence.networks.ladder import (
    CAUSES,
    CHANGES,
    TITLES,
    causes_of,
    ladder_rows,
    rungs_of,
    steps_of,
)
from mnist_models.evidence.networks.ladder_sentences import (
    cause_sentences,
    ladder_headline,
    strong_sentence,
)
from mnist_models.learning.approaches import APPROACHES
from mnist_models.metrics.significance import wilson_interval

ROWS = 1000


def _entry(approach: str, sampling: str, equal: str, seed: int, right: int) -> Entry:
    reads = np.zeros(ROWS, bool)
    reads[:right] = True
    return {
        "approach": approach,
        "sampling": sampling,
        "equal": equal,
        "seed": seed,
        "rows": ROWS,
        "test_accuracy": right / ROWS,
        "right": np.packbits(reads).tobytes().hex(),
        "calibration_error": 0.01,
        "refused": {"letters": 500, "scribbles": 400, "noise": 1000},
        "cpu_seconds": 90.0,
        "members": 45 if approach == "pairs" else 10,
        "newcomers": 10 if approach == "pairs" else 1,
        "parameters": 1,
        "milliseconds": 1.0,
        "bytes": 1,
    }


@pytest.fixture
def found() -> dict[str, list[Entry]]:
    """Of 1,000 pictures the committee reads 30 more than one, and at equal parameters 3 fewer."""
    reads = {
        ("single", "all"): 950,
        ("sigmoids", "all"): 949,
        ("multi", "all"): 960,
        ("pairs", "all"): 970,
        ("committee", "all"): 980,
    }
    runs = [_entry(*key, "width", seed, right) for key, right in reads.items() for seed in (0, 1)]
    runs += [_entry("committee", "all", "parameters", seed, 947) for seed in (0, 1)]
    return {"runs": runs}


def test_rungs_go_from_one_network_to_ten(found: dict[str, list[Entry]]) -> None:
    rungs = rungs_of(found, "width")
    assert [rung.key[0] for rung in rungs] == ["single", "sigmoids", "multi", "pairs", "committee"]
    narrow = rungs_of(found, "parameters")  # one network is what it was
    assert [rung.key[0] for rung in narrow] == ["single", "sigmoids", "committee"]
    assert rungs[0].interval == wilson_interval(950, ROWS)
    assert rungs_of(found, "strong") == []


def test_steps_are_paired_seed_by_seed(found: dict[str, list[Entry]]) -> None:
    first, second, *_ = steps_of(rungs_of(found, "width"))
    assert first.differences == pytest.approx([-0.001, -0.001])
    assert not first.is_certain
    assert second.differences == pytest.approx([0.011, 0.011])
    assert second.p == pytest.approx(2 * 0.5**11)
    assert second.is_certain


def test_the_sentence_names_the_largest_change_that_is_not_chance(
    found: dict[str, list[Entry]],
) -> None:
    ladders = {equal: rungs_of(found, equal) for equal in ("width", "parameters")}
    told = ladder_headline(ladders)
    assert "ten that know all digits in place of one, +3.00 points" in told
    assert told.endswith("nothing is certain.")  # three fewer may be chance
    assert ladder_headline({}).startswith("No change makes a difference")
    sentence, *_ = cause_sentences(ladders["width"])
    assert "*one, softmax* to *one, ten sigmoids*, the loss alone: −0.10 points" in sentence
    assert "which may be chance" in sentence
    assert set(causes_of(ladders["width"])) == {"loss", "separation", "numbers"}


def test_rows_have_what_a_new_class_costs(found: dict[str, list[Entry]]) -> None:
    rows = {row["networks"]: row for row in ladder_rows(rungs_of(found, "width"))}
    assert rows["45 pairs"]["newcomer"] == pytest.approx(20)
    assert rows["ten, all pictures"]["newcomer"] == pytest.approx(9)
    assert rows["one, softmax"]["difference"] is None
    assert rows["45 pairs"]["letters"] == 0.5


def test_every_rung_of_the_experiment_has_its_words() -> None:
    keys = [(rung.approach, rung.sampling) for rung in experiment.RUNGS]
    assert keys == list(TITLES) == list(CHANGES)
    assert {key for pair in CAUSES.values() for key in pair} <= set(keys)
    assert {approach for approach, _ in keys} == set(APPROACHES)


@pytest.mark.parametrize("rung", experiment.RUNGS, ids=str)
def test_members_at_equal_parameters_have_about_as_many(rung: experiment.Rung) -> None:
    recipe = experiment.recipe_of("parameters", rung)
    members, outputs = APPROACHES[rung.approach].size(10)
    (hidden,) = recipe.units(rung.approach)
    assert members * (785 * hidden + (hidden + 1) * outputs) == pytest.approx(101_770, rel=0.06)


def test_a_new_class_needs_the_members_that_are_asked_of_it() -> None:
    expected = {"single": 1, "multi": 1, "sigmoids": 1, "committee": 10, "pairs": 10, "codes": 17}
    assert {a: experiment.newcomers(a) for a in APPROACHES} == expected


def test_what_is_shipped_is_what_was_measured() -> None:
    found = load_evidence("ladder") or {"runs": []}  # until it is measured whole
    for entry in found["runs"]:
        read = np.unpackbits(np.frombuffer(bytes.fromhex(entry["right"]), np.uint8))
        assert read[: entry["rows"]].mean() == pytest.approx(entry["test_accuracy"])
        assert entry["members"] == APPROACHES[entry["approach"]].size(10)[0]


def test_networks_of_the_recipe_strong_are_named_from_the_best(
    found: dict[str, list[Entry]],
) -> None:
    assert not strong_sentence(rungs_of(found, "strong"))
    found["runs"] += [
        _entry("single", "all", "strong", 3, 990),
        _entry("multi", "hard", "strong", 3, 985),
        _entry("committee", "all", "strong", 3, 995),
    ]
    assert strong_sentence(rungs_of(found, "strong")) == (
        "Trained as well as we can, by the recipe strong: "
        "committee of ten 99.50\u00a0% (98.83\u00a0% to 99.79\u00a0%); "
        "one, softmax 99.00\u00a0% (98.17\u00a0% to 99.46\u00a0%); "
        "ten, hard negatives 98.50\u00a0% (97.54\u00a0% to 99.09\u00a0%)."
    )
