"""Catalogues say all that the code says and nothing else; a text is said to whom it is shown."""

import ast
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mnist_models.errors import ExpectedError
from mnist_models.formatting import listing
from mnist_models.settings import PROJECT
from mnist_models.text import Text, Texts, in_english, paragraph, t, translated
from mnist_models.translation import (
    LOCALE,
    fitting_language,
    in_this_language,
    language,
    languages,
    speak,
    speaking,
)

CHINESE = "zh-TW"
# Functions whose results are kept, and that hold no text.
KEPT = {
    "ui/about/example_picture.py: _choose": "numbers; its sentence is made of them",
    "ui/compare/calibration.py: _reliability": "numbers",
    "ui/compare/cost.py: _milliseconds": "a number",
    "ui/draw/first_drawings.py: _thumbnail": "a picture",
    "ui/draw/first_drawings.py: example_picture": "a picture",
    "ui/draw/sources.py: _read_file": "pictures, or an error, which knows its template",
    "ui/map/map_files.py: _sha256": "a hash of numbers",
    "ui/my_drawings/session.py: _delete_expired": "nothing",
    "ui/new_class/example_collection.py: _characters": "pictures",
    "ui/new_class/try_out.py: _pair": "networks",
    "ui/shared/current_run.py: _keep": "a run",
    "ui/shared/current_run.py: _mnist": "pictures",
    "ui/shared/current_run.py: _sample": "pictures",
    "ui/sidebar/training_end.py: _compare": "runs",
    "ui/widgets/charts.py: _specification": "the language is in its key",
}
# As addresses name it, and so in English.
_IN_ADDRESSES = {"TEST_PICTURE"}
_KEEP = ("cache_data", "cache_resource", "cache", "lru_cache")


@pytest.mark.parametrize("path", sorted((PROJECT / "locale").glob("*/*/*.po")), ids=str)
def test_a_catalogue_has_every_sentence_of_the_code_with_its_fields(path: Path) -> None:
    pytest.importorskip("babel")
    from languages.catalogues import problems

    assert list(problems(path)) == []  # python -m languages brings it up to date


def test_what_is_wrong_with_a_catalogue_is_found(tmp_path: Path) -> None:
    pytest.importorskip("babel")
    from languages.catalogues import problems, update

    path = tmp_path / "zh_TW" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    known = 'msgid "Undo"\nmsgstr "復原"\n\nmsgid "Gone"\nmsgstr "沒了"\n\n'
    path.write_text(known + 'msgid "Kept as **{label}**."\nmsgstr "{name}"\n', encoding="utf-8")
    update(path)
    found = list(problems(path))
    assert not any("Gone" in line or "Undo" in line for line in found)
    assert any(line.startswith("not translated: 'Clear'") for line in found)
    assert any("has the fields ['label']" in line for line in found)
    path.write_text(path.read_text(encoding="utf-8").replace("復原", "還原"), encoding="utf-8")
    assert "the .mo is not what the .po says" in problems(path)


def test_a_mistake_in_writing_begins_no_language(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("babel")
    from languages.__main__ import main

    before = sorted(LOCALE.iterdir())
    with pytest.raises(SystemExit):
        main(["xx--"])
    assert "invalid language value: 'xx--'" in capsys.readouterr().err
    assert sorted(LOCALE.iterdir()) == before


def test_a_text_is_said_in_the_language_that_is_spoken() -> None:
    with speaking(CHINESE):
        said = t("{count} job before yours.", "{count} jobs before yours.", count=3)
        both = paragraph(t("Both wrong"), t("Undo"))
    assert (said, both) == ("你前面還有 3 個工作。", "兩者都錯復原")
    assert language() == "en"
    assert translated(said) == "3 jobs before yours."
    assert in_english(said) == "3 jobs before yours."


def test_any_number_of_things_is_said() -> None:
    with speaking(CHINESE):
        for count in (1, 2, 1.5, np.int64(3)):
            assert t("{count:g} day", "{count:g} days", count=count)
        assert t("{count:,} day", "{count:,} days", count=np.int64(3)) == "3 天"


def test_a_text_within_a_text_is_said_anew_with_it() -> None:
    names = [t("single model"), t("multi-model")]
    with speaking(CHINESE):
        assert listing(names) == "單模型、多模型"
        assert t("{approach} again", approach=names[0]) == "單模型（另一個）"
        assert paragraph(names[0]) == "單模型"
        titles: Texts[str] = Texts(single=names[0])
        assert (titles["single"], *titles.values()) == ("單模型", "單模型")


def test_what_a_worker_wrote_is_read_in_the_language_of_whoever_reads() -> None:
    error = ExpectedError(t("Cancelled. Nothing was changed."))
    written = json.dumps(Text.to_json(error.text))
    with speaking(CHINESE):
        assert Text.from_json(json.loads(written)) == "已取消。沒有任何變更。"


def test_a_thread_speaks_for_itself_and_what_runs_later_as_was_asked() -> None:
    """Two visitors with two languages at once, each in a thread of Streamlit's."""
    heard: dict[str, set[str]] = {tag: set() for tag in languages()}
    begun = threading.Barrier(len(heard))

    def visit(tag: str) -> None:
        speak(tag)
        begun.wait()
        for _ in range(500):
            heard[tag].add(t("Undo"))

    threads = [threading.Thread(target=visit, args=(tag,)) for tag in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": {"Undo"}, CHINESE: {"復原"}}
    assert t("Undo") == "Undo"
    with speaking(CHINESE):
        later = in_this_language(lambda: t("Undo"))
    assert later() == "復原"


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        *(("zh-TW", CHINESE), ("zh-tw", CHINESE), ("zh_TW", CHINESE), ("zh-HK", CHINESE)),
        *(("zh-Hant", CHINESE), ("zh-Hant-TW", CHINESE), ("zh-MO", CHINESE), ("en-GB", "en")),
        *(("zh-CN", None), ("zh", None), ("de", None), ("", None), (None, None), (3, None)),
    ],
)
def test_a_browser_gets_the_language_that_it_asks_for(asked: object, fits: str | None) -> None:
    assert fitting_language(asked) == fits


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for top in ("pages", "ui"):
        for path in sorted((PROJECT / top).rglob("*.py")):
            yield str(path.relative_to(PROJECT)), ast.parse(path.read_text(encoding="utf-8"))


def _calls(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def test_a_text_of_a_module_is_said_anew_where_it_is_shown() -> None:
    """It was made while the module was imported, in no visitor's language."""
    trees = dict(_trees())
    texts = {name: set(_texts_of(tree)) - _IN_ADDRESSES for name, tree in trees.items()}
    everywhere = set().union(*texts.values())
    found = []
    for name, tree in trees.items():
        around = {kid: node for node in ast.walk(tree) for kid in ast.iter_child_nodes(node)}
        imported = {
            each.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        }
        known = texts[name] | (imported & everywhere)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in known:
                above: ast.AST | None = around[node]
                while above and not _calls(above, "t", "paragraph", "translated", "in_english"):
                    above = around.get(above)
                if above is None:
                    found.append(f"{name}:{node.lineno}: {node.id} is not translated()")
    assert found == []


def _texts_of(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and _calls(node.value, "t", "paragraph"):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def test_texts_by_a_key_are_said_when_they_are_looked_up() -> None:
    found = [
        f"{name}:{node.lineno}: Texts are needed instead of a dict"
        for name, tree in _trees()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Dict)
        and node.value.values
        and all(_calls(value, "t", "paragraph") for value in node.value.values)
    ]
    assert found == []


def test_what_is_kept_for_several_visitors_holds_no_text_or_has_its_language_in_the_key() -> None:
    found = {
        f"{name}: {node.name}"
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(f"{keep}" in ast.unparse(d).split("(")[0].split(".") for d in node.decorator_list
                for keep in _KEEP)
    }  # fmt: skip
    assert found == set(KEPT)
