import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from mnist_models.jobs.progress import Event, Progress
from mnist_models.learning.approaches import APPROACHES
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.pipeline import estimates
from mnist_models.pipeline.estimates import (
    Timing,
    earlier_trainings,
    estimate,
    plan,
    remember,
    work,
)
from mnist_models.pipeline.request import Request
from mnist_models.settings import jobs_folder

REFERENCE = RECIPES["reference"]
ON_MNIST = Request(REFERENCE)
ON_THE_SAMPLE = Request(REFERENCE, dataset="sample")
STAGES = {"loading": 1.0, "importing": 8.0, "scoring": 3.0, "publishing": 0.2}


def _timing(request: Request, single: float, multi: float, **stages: float) -> Timing:
    return Timing(
        request.dataset,
        {**STAGES, **stages, "single": single, "multi": multi},
        {a: work(request.recipe, a, request.dataset) for a in request.approaches},
    )


def _progress(*events: Event) -> Progress:
    return Progress({}, 1, events, tuple(float(10 * k) for k in range(len(events))), changed=0.0)


@pytest.fixture(autouse=True)
def file(trained: Path) -> Path:
    jobs_folder().mkdir()
    return jobs_folder() / "timings.json"


# The estimate


def test_without_an_earlier_training_there_is_a_plan_but_no_estimate() -> None:
    assert estimate(ON_MNIST, []) is None
    guess = plan(ON_MNIST, [])
    assert list(guess) == ["loading", "importing", "single", "multi", "scoring", "publishing"]
    assert all(seconds > 0 for seconds in guess.values())


def test_the_same_training_once_more_takes_as_long() -> None:
    earlier = [_timing(ON_MNIST, 20, 30)]
    assert plan(ON_MNIST, earlier) == pytest.approx({**STAGES, "single": 20, "multi": 30})
    assert estimate(ON_MNIST, earlier) == pytest.approx(12.2 + 50)


def test_the_latest_of_two_that_are_alike_counts() -> None:
    earlier = [_timing(ON_MNIST, 20, 30), _timing(ON_MNIST, 24, 36)]
    assert plan(ON_MNIST, earlier)["multi"] == pytest.approx(36)


def test_twice_the_epochs_take_about_twice_the_fitting_and_no_longer_a_start() -> None:
    longer = replace(ON_MNIST, recipe=replace(REFERENCE, epochs=20))
    expected = plan(longer, [_timing(ON_MNIST, 20, 30)])
    assert 1.6 * 20 < expected["single"] < 2 * 20
    assert expected["importing"] == 8


def test_one_approach_takes_its_own_part() -> None:
    alone = replace(ON_MNIST, approaches=("multi",))
    assert list(plan(alone, [_timing(ON_MNIST, 20, 30)])) == [
        "loading", "importing", "multi", "scoring", "publishing",
    ]  # fmt: skip
    assert estimate(alone, [_timing(ON_MNIST, 20, 30)]) == pytest.approx(12.2 + 30)


def test_the_most_alike_training_counts() -> None:
    large = replace(ON_MNIST, recipe=RECIPES["strong"])
    earlier = [_timing(large, 1000, 900), _timing(ON_THE_SAMPLE, 3, 3), _timing(ON_MNIST, 20, 30)]
    assert plan(large, earlier)["single"] == pytest.approx(1000)
    assert plan(ON_MNIST, earlier)["single"] == pytest.approx(20)
    assert plan(ON_THE_SAMPLE, earlier)["single"] == pytest.approx(3)


def test_loading_and_scoring_take_what_they_took_on_the_same_data() -> None:
    sample = [_timing(ON_THE_SAMPLE, 3, 3, loading=0.4, scoring=0.5) for _ in range(3)]
    mnist = _timing(ON_MNIST, 20, 30, importing=9)
    assert plan(ON_MNIST, [mnist, *sample])["loading"] == 1.0
    assert plan(ON_MNIST, [mnist, *sample])["importing"] == 8  # that is the same for all
    assert plan(ON_MNIST, sample)["scoring"] == 0.5  # better than nothing


@pytest.mark.parametrize("sampling", STRATEGIES)
def test_strategies_that_show_more_rows_are_more_work(sampling: str) -> None:
    rows = {"oversample": 18, "weighted": 10, "all": 10}.get(sampling, 2)
    fewest = work(replace(REFERENCE, epochs=100), "multi", "mnist")
    this = work(replace(REFERENCE, epochs=100, sampling=sampling), "multi", "mnist")
    assert this / fewest == pytest.approx(rows / 2, rel=0.05)


def test_more_members_and_more_rows_are_more_work() -> None:
    of = {approach: work(REFERENCE, approach, "mnist") for approach in APPROACHES}
    assert of["single"] == of["sigmoids"] < of["multi"] < of["pairs"] < of["committee"]
    assert of["committee"] < of["codes"]  # fifteen networks see all pictures, and 45 a fifth each


def test_whatever_makes_a_training_longer_is_more_work() -> None:
    usual = work(REFERENCE, "single", "mnist")
    distortion = RECIPES["strong"].distortion
    for change in ({"epochs": 11}, {"hidden": (256,)}, {"distortion": distortion}):
        assert work(replace(REFERENCE, **change), "single", "mnist") > usual
    assert work(replace(REFERENCE, refit=False), "single", "mnist") < usual
    assert work(REFERENCE, "single", "sample") < usual < work(REFERENCE, "single", "pens")


# The record


def test_what_a_training_took_is_remembered_for_the_next_one() -> None:
    told = _progress(
        Event("loading"),
        Event("importing"),
        Event("training", 0.0, "single"),
        Event("refitting", 0.5, "single"),
        Event("training", 0.5, "multi"),
        Event("scoring"),
        Event("publishing"),
        Event("done", 1.0, run="x"),
    )
    remember(ON_MNIST, told)
    [timing] = earlier_trainings()
    assert timing.seconds == {
        "loading": 10, "importing": 10, "single": 20, "multi": 10, "scoring": 10, "publishing": 10,
    }  # fmt: skip
    assert timing.work["multi"] == pytest.approx(work(REFERENCE, "multi", "mnist"))
    assert estimate(ON_MNIST, earlier_trainings()) == pytest.approx(70)


@pytest.mark.parametrize("stage", ["found", "cancelled", "failed", "training"])
def test_only_trainings_that_came_to_their_end_are_remembered(stage: str) -> None:
    remember(ON_MNIST, _progress(Event("loading"), Event(stage)))
    remember(ON_MNIST, _progress())
    assert earlier_trainings() == []


def test_a_bounded_number_of_trainings_is_remembered_the_latest_last(file: Path) -> None:
    done = _progress(Event("loading"), Event("training", 0.0, "single"), Event("done"))
    for seed in range(100):
        remember(Request(REFERENCE, seed=seed, approaches=("single",)), done)
    remember(replace(ON_THE_SAMPLE, approaches=("single",)), done)
    assert len(earlier_trainings()) == 30
    assert earlier_trainings()[-1].dataset == "sample"
    assert file.stat().st_size < estimates._MAX_BYTES / 2


def test_a_phase_that_took_no_time_still_has_a_length() -> None:
    remember(ON_MNIST, Progress({}, 1, (Event("loading"), Event("done")), (0.0, 0.0), 0.0))
    assert all(seconds > 0 for t in earlier_trainings() for seconds in t.seconds.values())


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"not json",
        b"\xff",
        b"7",
        b"{}",
        b"[1]",
        b"[{}]",
        b'[{"dataset": "mnist", "seconds": 1, "work": 2}]',
        b'[{"dataset": "mnist", "seconds": {"single": "x"}, "work": {}}]',
        b'[{"dataset": "mnist", "seconds": {"single": 0}, "work": {}}]',
        b'[{"dataset": "mnist", "seconds": {"single": NaN}, "work": {}}]',
        b'[{"dataset": "mnist", "seconds": {}, "work": {"single": 5}}]',
        b"[" * 60_000,
    ],
)
def test_a_damaged_record_is_none_and_is_written_anew(contents: bytes, file: Path) -> None:
    file.write_bytes(contents)
    assert earlier_trainings() == []
    remember(ON_MNIST, _progress(Event("loading"), Event("training", 0.0, "single"), Event("done")))
    # Nothing was said of the multi-model, so there is nothing that its work could be held against.
    assert earlier_trainings() == []
    alone = replace(ON_MNIST, approaches=("single",))
    remember(alone, _progress(Event("loading"), Event("training", 0.0, "single"), Event("done")))
    assert len(earlier_trainings()) == 1


def test_a_sound_record_beside_a_damaged_one_counts(file: Path) -> None:
    timing = asdict(_timing(ON_MNIST, 20, 30))
    file.write_text(json.dumps([timing, {**timing, "seconds": {}}]))
    assert len(earlier_trainings()) == 1


def test_a_record_that_cannot_be_written_is_no_failure(file: Path) -> None:
    file.mkdir()
    remember(ON_MNIST, _progress(Event("loading"), Event("done")))
    assert earlier_trainings() == []
    assert [p.name for p in file.parent.iterdir()] == ["timings.json"]
