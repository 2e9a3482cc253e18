"""What the benchmarks of many visitors say of what they saw; tests/test_proxy.py has them draw."""

import random
import re
from pathlib import Path

import pytest

from benchmarks import class_of_fifty
from benchmarks.class_of_fifty import DOCUMENT, MARKS, SITES, Load, _cookie, table, write
from benchmarks.uploads import damaged


def test_the_table_compares_with_one_session_and_says_what_a_hundred_take() -> None:
    one = {
        "one session": Load([0.1] * 20, [], 200, 0.05),
        "no training": Load([0.3] * 20, ["2 verdicts"], 298, 1.0),
        "a training runs": Load([0.2] * 20, [], 298, 1.0),
    }
    two = {"one session": Load([0.2] * 20, [], 400, 0.1), "no training": one["no training"]}
    text = table({SITES[1]: one, SITES[2]: two}, 50, 120, 3)
    assert "| one server | no training | 20 | 300 | 300 | 3.0 times (target 2) | 1 |" in text
    assert "| one server | a training runs | 20 | 200 | 200 | 2.0 times (target 4) | 0 |" in text
    assert "| two behind the proxy | no training | 20 | 300 | 300 | 1.5 times" in text
    assert "200 MB with one visitor, and 200 MB more for a hundred" in text
    assert "take 2.0 cores' time" in text


def test_every_visitor_has_a_number_that_the_proxy_knows() -> None:
    cookies = [_cookie(k, 50)["Cookie"] for k in range(50)]
    assert all(re.fullmatch(r"mnist_server=[0-9a-f]{2}", cookie) for cookie in cookies)
    assert len(set(cookies)) == 50


def test_it_is_written_between_its_marks_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "deploy.md"
    before = DOCUMENT.read_text(encoding="utf-8")
    document.write_text(before, encoding="utf-8")
    monkeypatch.setattr(class_of_fifty, "DOCUMENT", document)
    write("the table")
    after = document.read_text(encoding="utf-8")
    assert f"{MARKS[0]}\n\nthe table\n\n{MARKS[1]}" in after
    assert after.split(MARKS[1])[1] == before.split(MARKS[1])[1]


def test_damage_is_the_same_for_the_same_seed_and_some_files_stay_whole() -> None:
    data = bytes(range(256)) * 4
    files = [damaged(data, random.Random(seed)) for seed in range(40)]
    assert files == [damaged(data, random.Random(seed)) for seed in range(40)]
    assert 0 < files.count(data) < 40
    assert all(files)
