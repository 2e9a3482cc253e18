"""The sections of the page Compare, recomputed independently from the stored scores."""

import json
import re
from functools import partial
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.sentences import (
    calibration_sentence,
    cost_sentence,
    members_sentence,
    yes_sentence,
)
from mnist_models.comparison.tables import member_rows, yes_rows
from mnist_models.learning.recipes import RECIPES
from mnist_models.metrics.calibration import top_label_reliability, yes_groups
from mnist_models.metrics.roc import Curves, threshold_curves
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from ui.compare import calibration, cost, per_class, roc_charts
from ui.widgets import charts
from ui.widgets.charts import zoomed
from ui.widgets.contender_style import looks


@pytest.fixture
def duel(tiny_run: Run) -> Duel:
    return Duel.of(*contenders_of(tiny_run))


@pytest.fixture
def other(tiny_run: Run, tiny_contents: dict[str, Any]) -> Run:
    return publish("other", **tiny_contents)


def test_two_of_one_kind_differ_in_name_colour_and_shape(tiny_run: Run, other: Run) -> None:
    single, multi = contenders_of(tiny_run)
    for first, second in (
        (single, multi),
        (single, contenders_of(other)[0]),
        (contenders_of(other)[1], multi),
        (multi, multi),
    ):
        pair = looks(Duel.of(first, second))
        for aspect in ("name", "key", "colour", "shape", "sign", "dash"):
            assert getattr(pair[0], aspect) != getattr(pair[1], aspect)


def test_blue_is_the_single_model_and_orange_the_multi_model_wherever_they_stand(
    tiny_run: Run,
) -> None:
    single, multi = contenders_of(tiny_run)
    there, back = looks(Duel.of(single, multi)), looks(Duel.of(multi, single))
    assert [look.colour for look in there] == [look.colour for look in reversed(back)]
    assert [look.key for look in there] == ["single", "multi"]


@pytest.mark.parametrize("name", ["recall", "precision", "f1"])
def test_the_table_of_the_classes_is_that_of_the_stored_scores(duel: Duel, name: str) -> None:
    table = per_class.class_table(duel, per_class.FIGURES[name]).set_index("digit")
    for place, look in zip(("first", "second"), looks(duel), strict=True):
        figures = precision_recall_fscore_support(
            duel.labels, look.contender.answers, labels=duel.classes, zero_division=0
        )
        expected = dict(zip(("precision", "recall", "f1"), figures, strict=False))[name]
        by_class = table.loc[[str(c) for c in duel.classes], place]
        np.testing.assert_allclose(by_class, expected)
    first, second = table["first"], table["second"]
    np.testing.assert_allclose(table["difference"], first - second)
    assert (np.diff(table["difference"].abs()) <= 1e-12).all()


@pytest.mark.parametrize("name", ["recall", "precision"])
def test_the_intervals_of_the_classes_are_scipys(duel: Duel, name: str) -> None:
    table = per_class.class_table(duel, per_class.FIGURES[name]).set_index("digit")
    for place, look in zip(("first", "second"), looks(duel), strict=True):
        answers = look.contender.answers
        for label in duel.classes:
            of = duel.labels if name == "recall" else answers
            trials = int((of == label).sum())
            hits = int(((answers == label) & (duel.labels == label)).sum())
            expected: Any = (0, 1)
            if trials:
                expected = binomtest(hits, trials).proportion_ci(method="wilson")
            shown = table.loc[str(label), [f"{place}_low", f"{place}_high"]]
            np.testing.assert_allclose(shown.astype(float), expected, atol=1e-9)


def test_f1_claims_no_interval(duel: Duel) -> None:
    table = per_class.class_table(duel, per_class.FIGURES["f1"])
    assert list(table) == ["digit", "first", "second", "difference"]


def test_the_chart_of_the_classes_has_both_contenders_in_the_order_asked_for(duel: Duel) -> None:
    table = per_class.class_table(duel, per_class.FIGURES["recall"])
    order = list(table["digit"])[::-1]
    chart = per_class.class_dots(table, looks(duel), "recall", order).to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert {row["contender"] for row in rows} == {look.name for look in looks(duel)}
    assert len(rows) == 2 * len(duel.classes)
    assert chart["layer"][0]["encoding"]["x"]["sort"] == order


def test_an_axis_of_shares_shows_the_smallest_and_ends_at_one() -> None:
    for values in ([0.93, 0.99], [0.98], [0.0, 1.0], [1.0], []):
        low, high = zoomed(values).to_dict()["domain"]
        assert high == 1
        assert 0 <= low < 1
        assert low <= min(values, default=0)


def test_a_chart_is_made_once_for_what_it_depends_on() -> None:
    made: list[str] = []

    def make(name: str) -> charts.Layered:
        made.append(name)
        frame = pd.DataFrame({"x": [name]})
        return alt.layer(alt.Chart(frame).mark_point().encode(x="x:N"))

    kept = [charts._specification(("dots", of), partial(make, of)) for of in "aba"]
    assert made == ["a", "b"]
    shown = [next(iter(each["datasets"].values()))["x"].tolist() for each in kept]
    assert shown == [["a"], ["b"], ["a"]]
    assert all("config" not in each for each in kept)


def test_what_is_kept_of_a_contender_is_named_by_run_contents_and_approach(
    duel: Duel, other: Run
) -> None:
    versions = {look.version for look in looks(duel)}
    versions |= {look.version for look in looks(Duel.of(*contenders_of(other)))}
    assert len(versions) == 4


@pytest.fixture
def curves(duel: Duel) -> Curves:
    stored = duel.second.run.curves("multi")
    assert stored is not None
    return stored


def test_the_areas_of_the_binary_models_are_scikit_learns(duel: Duel, curves: Curves) -> None:
    binary = duel.second.metrics.binary
    assert binary is not None
    table = pd.DataFrame(member_rows(binary, (), duel.classes, curves))
    for k, label in enumerate(duel.classes):
        own, said = duel.labels == label, duel.second.proba[:, k]
        assert table["roc"][k] == pytest.approx(roc_auc_score(own, said))
        expected = average_precision_score(own, said)
        assert table["precision_recall"][k] == pytest.approx(expected)
    assert table["balanced_accuracy"].tolist() == binary.balanced_accuracy
    assert "published" not in table


def test_published_figures_stand_beside_those_of_their_digit(duel: Duel, curves: Curves) -> None:
    binary, published = duel.second.metrics.binary, RECIPES["reference"].published
    assert binary is not None
    assert published is not None
    rows = member_rows(binary, published.binary_test, duel.classes, curves)
    table = pd.DataFrame(rows)
    assert table["published"].tolist() == list(published.binary_test)
    np.testing.assert_allclose(
        table["difference"], np.subtract(binary.balanced_accuracy, published.binary_test)
    )
    sentence = members_sentence(binary, published.binary_test, duel.classes)
    better = sum(np.greater(binary.balanced_accuracy, published.binary_test))
    assert f"{better} of 10 are above the published figure" in sentence
    weakest = int(np.argmin(binary.balanced_accuracy))
    assert f"the model for {weakest}: balanced accuracy" in sentence


def test_a_digit_without_pictures_has_no_curve_and_an_empty_area(duel: Duel) -> None:
    binary = duel.second.metrics.binary
    assert binary is not None
    none: Curves = {"roc": [None] * 10, "precision_recall": [None] * 10}
    table = pd.DataFrame(member_rows(binary, (), duel.classes, none))
    assert table["roc"].isna().all()
    assert "roc" not in member_rows(binary, (), duel.classes, None)[0]


@pytest.mark.parametrize(("sharpness", "bias"), [(0.2, 0), (2, 0), (8, 0), (8, -8)])
@pytest.mark.parametrize("axes", [roc_charts.ROC, roc_charts.PRECISION_RECALL])
def test_the_corner_that_is_shown_holds_every_dot_and_bend(
    axes: roc_charts.Axes, sharpness: float, bias: float
) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 2_000)
    own = labels[:, np.newaxis] == np.arange(4)
    proba = 1 / (1 + np.exp(-bias - sharpness * (2 * own - 1) - rng.normal(0, 1, own.shape)))
    both = threshold_curves(proba, labels, np.arange(4))
    kind = both["roc" if axes is roc_charts.ROC else "precision_recall"]
    curves = {str(k): c for k, c in enumerate(kind) if c}
    chart = roc_charts.curve_chart(curves, axes, "#000000", "2").to_dict()
    (x_low, x_high), (y_low, y_high) = (
        chart["layer"][0]["encoding"][axis]["scale"]["domain"] for axis in ("x", "y")
    )
    rows = pd.DataFrame(next(iter(chart["datasets"].values())))
    assert len(rows) < 4 * 110
    dots = rows[rows["half"]]
    assert set(dots["digit"]) == set(curves)
    assert dots["x"].between(x_low, x_high).all()
    assert dots["y"].between(y_low, y_high).all()
    assert y_high == 1
    for _, points in rows.groupby("digit"):
        said = points.sort_values("step")["threshold"].dropna()
        assert said.is_monotonic_decreasing


def test_the_reliability_chart_draws_what_was_measured(duel: Duel) -> None:
    found = {
        look.name: top_label_reliability(look.contender.proba, duel.labels, duel.classes)
        for look in looks(duel)
    }
    chart = calibration.contenders_chart(found, looks(duel)).to_dict()
    rows = max(chart["datasets"].values(), key=lambda rows: len(rows[0]))
    for name, measured in found.items():
        drawn = [row for row in rows if row["contender"] == name]
        assert [row["observed"] for row in drawn] == [b.observed for b in measured.bins]
        assert f"{100 * measured.error:.2f} ({name})" in calibration_sentence(found)


def test_the_groups_of_yes_tie_out_with_the_stored_counts(duel: Duel) -> None:
    binary = duel.second.metrics.binary
    assert binary is not None
    groups = yes_groups(duel.second.proba, duel.labels, duel.classes)
    table = pd.DataFrame(yes_rows({"multi": groups})).set_index("yes")
    none, one, *several = binary.yes_counts
    assert table["pictures"].to_dict() == {"none": none, "one": one, "several": sum(several)}
    assert table["share"].sum() == pytest.approx(1)
    assert table["right"].sum() == duel.second.metrics.right
    assert f"one says yes to {one / 100:.2%}".replace("%", " %") in yes_sentence("multi", groups)


def test_the_bars_of_a_cost_are_shares_of_the_larger_one(duel: Duel) -> None:
    pair = looks(duel)
    costs = pd.DataFrame(
        [
            {"seconds": 5.0, "looked_at": None, "parameters": 1_000, "memory": 4e6},
            {"seconds": 20.0, "looked_at": 30, "parameters": 4_000, "memory": 1e6},
        ]
    ).assign(milliseconds=0.0)
    html = cost.cost_bars(costs, pair)
    shares = [float(share) for share in re.findall(r"width:([\d.]+)%", html)]
    assert shares == [25, 100, 0, 100, 25, 100, 100, 25, 0, 0]
    for number in ("Single model: 5.0 s", "Multi-model: 20.0 s", "4.0 MB", "Single model: –"):
        assert number in html


def test_the_dearer_one_is_told_in_multiples_of_the_other(
    tiny_run: Run, tiny_contents: dict[str, Any]
) -> None:
    manifest = json.loads(json.dumps(tiny_contents["manifest"]))
    single, multi = (manifest["approaches"][a] for a in ("single", "multi"))
    single |= {"seconds": 10.0, "rows": [100], "epochs": 5, "parameters": 1_000}
    multi |= {"seconds": 25.0, "rows": [20] * 10, "epochs": 5, "parameters": 12_300}
    run = publish("costly", **{**tiny_contents, "manifest": manifest})
    told = cost_sentence(Duel.of(*contenders_of(run)[::-1]))  # in either order
    assert told == (
        "Beside the single model, the ten binary models cost 2.5 times the training time, 2.0 "
        "times the pictures looked at and 12 times the parameters."
    )
