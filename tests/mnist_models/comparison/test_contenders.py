"""What can be compared with what, and what comes of it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mnist_models.comparison.contenders import (
    Contender,
    Duel,
    NotComparableError,
    contenders,
    contenders_of,
)
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run


def _publish(name: str, contents: dict[str, Any], **changes: Any) -> Run:
    manifest = json.loads(json.dumps(contents["manifest"])) | changes
    return publish(name, **{**contents, "manifest": manifest})


def test_every_approach_of_every_sound_run_can_be_compared(
    tiny_run: Run, tiny_contents: dict[str, Any], trained: Path
) -> None:
    _publish("other.run", tiny_contents)
    _publish("damaged", tiny_contents)
    (trained / "damaged" / "run.json").write_text("{")
    known = contenders()
    assert list(known) == ["reference.single", "reference.multi", "other.run.single",
                           "other.run.multi"]  # fmt: skip
    assert all(contender.key == key for key, contender in known.items())
    assert known["other.run.multi"].title == "Multi-model, other.run (trained on the sample)"


def test_only_the_same_pictures_and_classes_can_be_compared(
    tiny_run: Run, tiny_contents: dict[str, Any]
) -> None:
    scores = tiny_contents["arrays"]["test_scores.npz"]
    others = {**scores, "labels": scores["labels"][::-1]}
    arrays = {**tiny_contents["arrays"], "test_scores.npz": others}
    elsewhere = publish("elsewhere", **{**tiny_contents, "arrays": arrays})
    on_mnist = tiny_contents["manifest"]["dataset"] | {"name": "pens"}
    elsewhere_too = _publish("elsewhere-too", tiny_contents, dataset=on_mnist)
    more = _publish("more", tiny_contents, classes=[*tiny_run.classes[:-1], "star"])
    single = Contender(tiny_run, "single")
    for other in (elsewhere, elsewhere_too):
        with pytest.raises(NotComparableError, match="different pictures"):
            Duel.of(single, Contender(other, "single"))
    with pytest.raises(NotComparableError, match="different classes"):
        Duel.of(single, Contender(more, "multi"))
    assert Duel.of(single, single).paired.mcnemar_p == 1


def test_the_table_is_that_of_the_stored_scores(tiny_run: Run) -> None:
    duel = Duel.of(*contenders_of(tiny_run))
    scores = tiny_run.test_scores
    right = {a: scores[a].argmax(axis=1) == scores["labels"] for a in ("single", "multi")}
    table = pd.crosstab(right["single"], right["multi"]).reindex(
        index=[False, True], columns=[False, True], fill_value=0
    )
    paired = duel.paired
    assert (paired.both_right, paired.only_first, paired.only_second, paired.both_wrong) == (
        table.loc[True, True], table.loc[True, False],
        table.loc[False, True], table.loc[False, False],
    )  # fmt: skip
    for contender, right_answers in zip((duel.first, duel.second), duel.right, strict=True):
        assert right_answers.sum() == contender.metrics.right


def test_the_shipped_runs_can_all_be_compared_with_each_other() -> None:
    known = list(contenders().values())
    assert {c.key for c in known} >= {"strong.single", "reference.multi", "article.multi"}
    for contender in known:
        duel = Duel.of(known[0], contender)
        assert duel.paired.rows == 10_000
        assert duel.right[1].sum() == contender.metrics.right


def test_what_a_run_learned_from_does_not_matter_but_what_it_was_judged_on(
    trained: Path, tiny_contents: dict[str, Any]
) -> None:
    dataset = tiny_contents["manifest"]["dataset"]
    runs = [
        _publish(name, tiny_contents, dataset=dataset | {"name": name, "fingerprint": name})
        for name in ("mnist", "pens")
    ]
    duel = Duel.of(*(Contender(run, "multi") for run in runs))
    assert duel.paired.only_first == duel.paired.only_second == 0
