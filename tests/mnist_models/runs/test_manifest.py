"""Whatever is edited in a run.json: the run is damaged, or everything that reads it works."""

import contextlib
import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.report import report_html
from mnist_models.comparison.sentences import data_text, judged_text
from mnist_models.comparison.tables import cost_row
from mnist_models.runs.manifest import check_manifest, is_plain_label
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run, RunError

ODD = [
    None,
    True,
    -1,
    0,
    0.5,
    1e999,
    10**400,
    "",
    "x",
    "![x](http://a.b/c)",
    [],
    ["x"],
    {},
    {"a": 1},
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a manifest: of a list its first and its last entry."""
    found = [path] if path else []
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    else:
        keys = [0, len(value) - 1] if isinstance(value, list) and value else []
    return found + [place for key in keys for place in _places(value[key], (*path, key))]


def _edited(manifest: dict[str, Any], place: tuple[Any, ...], odd: Any) -> dict[str, Any]:
    edited = copy.deepcopy(manifest)
    parent: Any = edited
    for key in place[:-1]:
        parent = parent[key]
    if odd == "absent":
        del parent[place[-1]]
    else:
        parent[place[-1]] = odd
    return edited


@pytest.mark.parametrize("odd", [*ODD, "absent"], ids=lambda odd: str(odd)[:20])
def test_an_edited_manifest_is_damaged_or_does_no_harm(odd: object, tiny_run: Run) -> None:
    copied = tiny_run.path.with_name("edited")
    shutil.copytree(tiny_run.path, copied)
    for place in _places(tiny_run.manifest):
        text = json.dumps(_edited(tiny_run.manifest, place, odd))
        (copied / "run.json").write_text(text, encoding="utf-8")
        with contextlib.suppress(RunError):  # it is said to be damaged
            run = load_run("edited")
            report_html(run)
            data_text(run)
            if len(run.approaches) == 2:
                judged_text(Duel.of(*contenders_of(run)))
            for contender in contenders_of(run):
                assert cost_row(contender), place


def test_an_unknown_data_set_is_damage_and_not_an_error_on_every_page(tiny_run: Run) -> None:
    edited = _edited(tiny_run.manifest, ("dataset", "name"), "letters")
    with pytest.raises(ValueError, match="unknown data set"):
        check_manifest(edited)


@pytest.mark.parametrize(
    "label", ["![x](http://a.b/c.png)", "<b>", "a" * 21, "", "a\nb", None, 0.5]
)
def test_a_class_that_pages_would_take_for_markup_is_damage(label: Any, tiny_run: Run) -> None:
    assert not is_plain_label(label)
    classes = [*tiny_run.classes[:-1], label]
    with pytest.raises(ValueError, match="shown safely"):
        check_manifest({**tiny_run.manifest, "classes": classes})


@pytest.mark.parametrize(
    ("place", "odd"),
    [
        (("approaches", "multi", "members"), 0),
        (("approaches", "multi", "parameters"), -1),
        (("approaches", "multi", "seconds"), float("nan")),
        (("approaches", "multi", "metrics", "test", "binary", "yes_counts", 0), "x"),
        (("recipe", "hidden", 0), "x"),
        (("recipe", "dropout"), []),
        (("recipe", "dropout"), ["x"]),
    ],
)
def test_numbers_that_pages_calculate_with_are_numbers(
    place: tuple[Any, ...], odd: Any, tiny_run: Run
) -> None:
    with pytest.raises(ValueError, match=r"number|networks"):
        check_manifest(_edited(tiny_run.manifest, place, odd))


@pytest.mark.parametrize("dropout", [0, 0.0, 0.25, [0, 0.5]])
def test_a_dropout_is_a_number_or_one_for_each_layer(dropout: Any, tiny_run: Run) -> None:
    check_manifest(_edited(tiny_run.manifest, ("recipe", "dropout"), dropout))


def test_a_run_that_was_deleted_meanwhile_is_not_called_damaged(
    tiny_run: Run, tmp_path: Path
) -> None:
    shutil.rmtree(tiny_run.path)
    with pytest.raises(RunError, match="The run reference was deleted in the meantime"):
        _ = Run(tiny_run.path, tiny_run.manifest, tiny_run.version).single
