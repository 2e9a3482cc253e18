"""A class more: what changes, what stays bit for bit, and what is forgotten."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_models.data.dataset import Dataset
from mnist_models.data.mnist import load_mnist
from mnist_models.incremental import updates
from mnist_models.incremental.methods import WAYS, Way
from mnist_models.incremental.task import ALARMING, Labelled, Task, accuracy, alarmed
from mnist_models.incremental.updates import ROWS_OF_FEW, Taught, rehearsal, teach, update, widen
from mnist_models.learning.approaches import PAIR
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.stack import Stack
from mnist_models.learning.training import fit

TINY = Recipe(
    "tiny",
    "for the tests",
    hidden=(16,),
    negative_slope=0.1,
    batch_size=32,
    epochs=20,
    learning_rate=0.01,
)


@pytest.fixture(scope="module")
def rows(tiny_dataset: Dataset) -> Labelled:
    return Labelled(tiny_dataset.x_train, tiny_dataset.y_train.astype(np.int64))


@pytest.fixture(scope="module")
def task(rows: Labelled) -> Task:
    """Both approaches know 0 to 8, and there are ten pictures of a 9."""
    old = rows.of(rows.y < 9)
    single, multi = (fit(TINY, a, old.x, old.y, seed=0).stack.rounded() for a in PAIR)
    return Task(TINY, single, multi, rows.of(np.flatnonzero(rows.y == 9)[:10]), old)


@pytest.fixture(scope="module")
def taught(task: Task) -> dict[Way, Taught]:
    return dict(teach(task, tuple(WAYS)))


def _member(stack: Stack, label: object) -> list[bytes]:
    place = stack.classes_.tolist().index(label)
    return [array[place].tobytes() for array in (*stack.weights, *stack.biases)]


def test_a_new_member_leaves_the_others_bit_for_bit(task: Task, taught: dict[Way, Taught]) -> None:
    grown = taught["member"].stack
    assert grown.classes_.tolist() == [*range(9), 9]
    assert all(_member(grown, k) == _member(task.multi, k) for k in range(9))
    assert taught["member"].changed == [9]


def test_mending_changes_the_members_it_names_and_no_others(task: Task) -> None:
    new = Labelled(task.new.x, np.full(10, 4))
    mended = update(replace(task, new=new, also=(7,)), "mended")
    changed = [k for k in range(9) if _member(mended.stack, k) != _member(task.multi, k)]
    assert changed == [4, 7]
    assert mended.changed == [4, 7]
    assert mended.stack.classes_.tolist() == list(range(9))


def test_only_members_that_raise_false_alarms_are_mended(
    task: Task, taught: dict[Way, Taught]
) -> None:
    alarms = alarmed(task.multi, task.new)
    alarming = [k for k, share in alarms.items() if share > ALARMING]
    assert taught["mended"].changed == [9, *alarming]
    calm = set(range(9)) - set(alarming)
    grown = taught["mended"].stack
    assert all(_member(grown, k) == _member(task.multi, k) for k in calm)


def test_an_alarm_is_a_yes_to_a_picture_of_another_class(task: Task) -> None:
    shown = task.old.of(slice(60))
    yes = task.multi.predict_proba(shown.x) >= 0.5
    expected = {k: yes[shown.y != k, k].mean() for k in range(9)}
    assert alarmed(task.multi, shown) == pytest.approx(expected)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_learns_the_class_and_knows_the_others_by_name(
    way: Way, taught: dict[Way, Taught], tiny_dataset: Dataset
) -> None:
    stack = taught[way].stack
    assert stack.classes_.tolist() == list(range(10))
    assert stack.members == (1 if WAYS[way].approach == "single" else 10)
    of_nine = tiny_dataset.y_test == 9
    assert (stack.predict(tiny_dataset.x_test[of_nine]) == 9).mean() >= 0.8


def test_a_class_may_have_any_name_and_there_may_be_eleven(task: Task) -> None:
    multi = replace(task.multi, classes_=task.multi.classes_.astype(str))
    single = replace(task.single, classes_=task.single.classes_.astype(str))
    old = Labelled(task.old.x, task.old.y.astype(str))
    new = Labelled(task.new.x, np.full(len(task.new.y), "a star"))
    named = dict(teach(Task(TINY, single, multi, new, old), ("mended", "together")))
    for taught in named.values():
        assert taught.stack.classes_.tolist() == [*map(str, range(9)), "a star"]
    once_more = Labelled(task.new.x[:, ::-1], np.full(len(task.new.y), "upside down"))
    grown = update(Task(TINY, single, named["mended"].stack, once_more, old), "member").stack
    assert grown.classes_.tolist()[-2:] == ["a star", "upside down"]
    assert grown.predict_proba(task.new.x).shape == (10, 11)


def test_a_known_class_is_mended_and_not_added(task: Task) -> None:
    new = Labelled(task.new.x, np.full(len(task.new.y), 3))
    known = replace(task, new=new, also=(5,))
    done = dict(teach(known, ("member", "mended", "together", "again")))
    assert done["member"].changed == [3]
    assert done["mended"].changed == [3, 5]
    for taught in done.values():
        assert taught.stack.classes_.tolist() == list(range(9))
        assert (taught.stack.predict(new.x) == 3).mean() >= 0.8


@pytest.mark.parametrize("way", ["member", "mended", "together", "again"])
def test_few_examples_get_the_benefit_of_the_doubt_and_no_more(
    way: Way, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = getattr(task, WAYS[way].approach)
    lost, stacks = {}, {}
    for share in (0.0, 0.2):
        monkeypatch.setattr(updates, "FAVOUR", dict.fromkeys(PAIR, share))
        stacks[share] = dict(teach(task, (way,)))[way].stack
        lost[share] = accuracy(known, task.old) - accuracy(stacks[share], task.old)
    assert lost[0.0] < lost[0.2]
    assert lost[0.2] == pytest.approx(0.2, abs=0.02)
    plain, lavish = stacks.values()
    assert all(np.array_equal(a, b) for a, b in zip(plain.weights, lavish.weights, strict=True))
    raised = (lavish.biases[-1] - plain.biases[-1]).ravel()
    assert raised[9] > 0
    assert not raised[:9].any()


def test_the_same_seed_gives_the_same_networks(task: Task, taught: dict[Way, Taught]) -> None:
    again = dict(teach(task, ("member",)))["member"].stack
    assert _member(again, 9) == _member(taught["member"].stack, 9)
    other = dict(teach(replace(task, seed=1), ("member",)))["member"].stack
    assert _member(other, 9) != _member(again, 9)


def test_progress_names_the_way_and_can_cancel(task: Task) -> None:
    told: list[tuple[Way, float]] = []
    list(teach(task, ("together", "member"), lambda way, share: told.append((way, share))))
    assert list(dict.fromkeys(way for way, _ in told)) == ["member", "together"]
    assert all(0 <= share <= 1 for _, share in told)

    def cancel(_way: Way, share: float) -> None:
        if share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(teach(task, ("member",), cancel))


@given(many=st.integers(1, 12), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_few_pictures_become_many_that_are_still_pictures(
    tiny_dataset: Dataset, many: int, seed: int
) -> None:
    new = Labelled(tiny_dataset.x_train[:many], np.full(many, "new"))
    wide = widen(new, 40, seed=seed)
    assert len(wide.y) == 40
    assert set(wide.y) == {"new"}
    assert np.array_equal(wide.x[:many], new.x)
    assert wide.x.dtype == np.uint8
    assert wide.x.any(axis=(1, 2)).all()
    enough = widen(new, many, seed=seed)
    assert np.array_equal(enough.x, new.x)


def test_each_class_is_rehearsed_alike(task: Task) -> None:
    labels, counts = np.unique(rehearsal(task.new, task.old, seed=0).y, return_counts=True)
    assert labels.tolist() == list(range(10))
    assert counts[9] == ROWS_OF_FEW
    assert (counts[:9] == 32).all()  # as many as there are


@given(labels=st.lists(st.sampled_from(range(10)), unique=True, min_size=1))
@settings(deadline=None)
def test_members_are_taken_out_and_put_back(
    make_stack: Callable[..., Stack], labels: list[int]
) -> None:
    stack = make_stack("multi")
    some = stack.of(labels)
    assert some.classes_.tolist() == labels
    back = make_stack("multi", seed=1).replacing(some)
    for k in range(10):
        other = stack if k in labels else make_stack("multi", seed=1)
        assert _member(back, k) == _member(other, k)


def test_a_single_model_has_no_members_to_take_out(task: Task) -> None:
    with pytest.raises(ValueError, match="Only a multi-model"):
        task.single.of([1])
    with pytest.raises(ValueError, match="not in list"):
        task.multi.of([77])


def test_the_single_model_goes_on_from_what_it_knows(task: Task) -> None:
    grown = update(task, "together").stack
    assert grown.layers == (784, 16, 10)
    moved = np.abs(grown.weights[0] - task.single.weights[0]).mean()
    apart = np.abs(fit_anew(task).weights[0] - task.single.weights[0]).mean()
    assert 0 < moved < apart


def fit_anew(task: Task) -> Stack:
    return fit(TINY, "single", task.old.x, task.old.y, seed=1).stack


@pytest.mark.matrix  # half a minute
def test_on_mnist_a_class_more_is_cheap_for_ten_and_forgetful_for_one(mnist_npz: Path) -> None:
    mnist = load_mnist()
    train = Labelled(mnist.x_train, mnist.y_train.astype(np.int64))
    test = Labelled(mnist.x_test, mnist.y_test.astype(np.int64))
    old, others = train.of(train.y != 4), test.of(test.y != 4)
    recipe = RECIPES["reference"]
    single, multi = (fit(recipe, a, old.x, old.y, seed=0).stack.rounded() for a in PAIR)
    task = Task(recipe, single, multi, train.of(train.y == 4), old)
    done = dict(teach(task, ("mended", "alone", "together")))
    from_the_start = 0.9699  # the shipped run's, `python -m mnist_models evaluate reference`
    assert accuracy(done["mended"].stack, test) >= from_the_start - 0.01
    assert len(done["mended"].changed) < 10
    assert accuracy(done["together"].stack, others) >= accuracy(single, others) - 0.01
    assert accuracy(done["alone"].stack, others) < 0.5
