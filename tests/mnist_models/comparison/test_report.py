"""The report of a run: one file, all figures, nothing asked for from elsewhere."""

import copy
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from mnist_models.__main__ import main
from mnist_models.comparison import report
from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.report import Axis, report_html
from mnist_models.comparison.sentences import verdict_sentence
from mnist_models.runs.publishing import publish
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run


def _tables(html: str) -> list[pd.DataFrame]:
    """The tables, their first row as headings."""
    frames = []
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        rows = [
            [" ".join("".join(cell.itertext()).split()) for cell in row]
            for row in ElementTree.fromstring(table).iter("tr")
        ]
        frames.append(pd.DataFrame(rows[1:], columns=rows[0]))
    return frames


def test_every_figure_is_the_runs_own() -> None:
    run = load_run("reference")
    html = report_html(run)
    assert verdict_sentence(Duel.of(*contenders_of(run))) in html.replace("&lt;", "<")
    accuracy, paired, per_class, single, multi, members, cost, made = _tables(html)
    assert accuracy["test accuracy"].tolist() == ["97.55 %", "96.99 %"]
    counts = [int(text.replace(",", "")) for text in paired.iloc[:, 1:].to_numpy().ravel()]
    assert sum(counts) == 10_000
    f1 = per_class["F1"].map(lambda text: float(text.removesuffix(" %")) / 100).to_numpy()
    for k, approach in enumerate(run.approaches):
        assert f1[:, k].tolist() == pytest.approx(run.metrics(approach).f1, abs=5e-5)
    for table, approach in zip((single, multi), run.approaches, strict=True):
        cells = table.iloc[:, 1:].replace("", "0").to_numpy(dtype=int)
        assert cells.tolist() == run.metrics(approach).confusion
    assert members["published"].iloc[0] == "97.25 %"
    assert cost["parameters"].tolist() == ["101,770", "1,006,090"]
    assert made.iloc[-1, 1] == run.version


def test_it_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    html = report_html(load_run("reference"))
    assert "<script" not in html
    assert not re.findall(r"(?:src|href|url|@import)\s*[=(]", html)
    for drawing in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        ElementTree.fromstring(drawing)  # well-formed


def test_charts_lie_inside_their_frames() -> None:
    html = report_html(load_run("strong"))
    chart = ElementTree.fromstring(
        next(d for d in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if "<title>" in d)
    )
    circles = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in chart.iter("circle")]
    assert len(circles) == 20
    assert all(50 <= x <= 690 and 10 <= y <= 200 for x, y in circles)
    assert Axis(0.9, 1.0, 200, 10).at(0.95) == 105


def test_a_run_with_one_approach_has_a_report(trained: Path, half_contents: dict[str, Any]) -> None:
    run = publish("half", **half_contents)
    html = report_html(run)
    assert "Single model" in html
    assert "Multi-model" not in html
    assert "trained on the sample" in html


def test_all_its_text_goes_through_the_one_function() -> None:
    template = Path(report.__file__).with_name("report.html").read_text(encoding="utf-8")
    body = template[template.index("<body>") :]
    parts = re.sub(r"(?s)\{\{.*?\}\}|\{%.*?%\}|&\w+;|<[^>]*>", "|", body)
    assert not re.search(r"[A-Za-z]", parts)


def test_names_cannot_smuggle_in_markup(tiny_run: Run) -> None:
    manifest = copy.deepcopy(tiny_run.manifest)
    manifest["recipe"]["name"] = "<script>alert(1)</script>"
    assert "<script" not in report_html(replace(tiny_run, manifest=manifest))


def test_the_command_writes_the_same_file(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "folder" / "out.html"
    assert main(["report", "reference", "--out", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == report_html(tiny_run)
    assert str(target) in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_named(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["report", "reference", "--out", str(tmp_path / "file" / "out.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
