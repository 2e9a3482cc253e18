"""The page Confusion: the matrices are the run's, on one scale."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.evaluation import largest_confusions
from mnist_models.recipes import APPROACHES, TITLES
from mnist_models.runs import Run
from ui.charts import confusion_heatmap, largest_mistake

OpenPage = Callable[..., AppTest]


def test_the_page_counts_the_mistakes_of_both(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion")
    headings = [heading.value for heading in page.subheader]
    for approach in APPROACHES:
        confusion: np.ndarray = np.array(tiny_run.metrics(approach).confusion)
        wrong = confusion.sum() - confusion.trace()
        assert f"{TITLES[approach]}: {wrong:,} mistakes" in headings


def test_the_table_lists_the_largest_cells_first(tiny_run: Run, open_page: OpenPage) -> None:
    table = open_page("confusion").dataframe[0].value
    total = table["Single model"] + table["Multi-model"]
    assert total.is_monotonic_decreasing
    first = table.iloc[0]
    matrix = np.array(tiny_run.metrics("single").confusion)
    assert matrix[int(first["true"]), int(first["answer"])] == first["Single model"]


def test_row_percentages_can_be_asked_for(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("confusion")
    assert not page.segmented_control[0].set_value("Row percentages").run().exception


@pytest.mark.parametrize("percent", [False, True])
def test_a_heatmap_shows_every_cell_and_leaves_empty_ones_blank(percent: bool) -> None:
    confusion = [[8, 2, 0], [0, 10, 0], [5, 0, 0]]
    chart = confusion_heatmap(confusion, [0, 1, 2], percent=percent, largest_mistake=5)
    frame = chart.to_dict()["datasets"]
    cells = next(iter(frame.values()))
    texts = {(c["true"], c["answer"]): c["text"] for c in cells}
    assert len(texts) == 9
    assert texts["0", "1"] == ("20.0" if percent else "2")
    assert texts["2", "0"] == ("100.0" if percent else "5")
    assert texts["0", "2"] == ""


def test_the_scale_is_the_largest_mistake_of_all_matrices() -> None:
    few, many = [[9, 1], [0, 10]], [[7, 3], [4, 6]]
    assert largest_mistake([few, many], percent=False) == 4
    assert largest_mistake([few, many], percent=True) == 40
    assert largest_mistake([[[5, 0], [0, 5]]], percent=False) == 0


def test_largest_confusions_add_the_approaches_and_leave_out_the_diagonal() -> None:
    matrices = {"a": [[9, 1], [3, 0]], "b": [[9, 5], [0, 0]]}
    rows = largest_confusions(matrices, [0, 1])
    assert [(r["true"], r["answer"], r["a"], r["b"]) for r in rows] == [
        ("0", "1", 1, 5),
        ("1", "0", 3, 0),
    ]
    assert len(largest_confusions(matrices, [0, 1], limit=1)) == 1


def test_totals_tie_out_between_the_matrices_and_the_accuracy(tiny_run: Run) -> None:
    for approach in APPROACHES:
        metrics = tiny_run.metrics(approach)
        confusion = np.array(metrics.confusion)
        assert confusion.sum() == metrics.rows
        assert confusion.trace() / metrics.rows == metrics.accuracy
