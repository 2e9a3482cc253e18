"""The tables of the README, from the shipped files: python -m benchmarks.results [--write].

Nothing is trained or scored here. The figures are those stored with each run, which
`python -m mnist_models evaluate RUN` recomputes from the weights, and those of
`experiments.seeds`, `experiments.ladder`, `experiments.characters`, `experiments.new_class` and
`benchmarks.drawing` in experiments/.
"""

import argparse
import re
import subprocess
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from textwrap import fill

from mnist_models.comparison.experiment_sentences import new_class_headline, new_class_text
from mnist_models.data.pen_digits import WIDTHS
from mnist_models.evidence.characters.findings import (
    best_sentence,
    characters_headline,
    promise_sentence,
)
from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.evidence.networks.ladder import ladder_rows, rungs_of
from mnist_models.evidence.networks.ladder_sentences import ladder_headline, strong_sentence
from mnist_models.evidence.networks.new_class_costs import new_class_costs
from mnist_models.evidence.networks.training_studies import seeds_spread
from mnist_models.evidence.pen_widths import STROKES, accuracy_of, pen_pictures_name
from mnist_models.formatting import change_text, interval_text, p_value_cell, percent_text
from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.learning.recipes import RECIPES, Published
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run
from mnist_models.settings import PROJECT, trained_folder
from mnist_models.text import paragraph

README = PROJECT / "README.md"
_DRAWN_BY = ("pens", "strong", "reference")  # the runs whose reading of drawings the README reports
_HEAD = ("run", "approach", "test accuracy (95 % interval)", "three seeds, median (range)",
         "published", "train accuracy", "published")  # fmt: skip


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table, the first row its heads."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table(runs: list[Run]) -> str:
    """Markdown: a row per run and approach."""
    seeds = load_evidence("seeds")
    return markdown(
        [_HEAD, *(_row(run, approach, seeds) for run in runs for approach in run.approaches)]
    )


def binary_table(run: Run) -> str:
    """Markdown: the binary models' balanced test accuracy, ours above the published one."""
    binary = run.metrics("multi").binary if "multi" in run.approaches else None
    published = run.published
    if binary is None or published is None or not published.binary_test:
        return ""
    return markdown(
        [
            ["binary model for", *map(str, run.classes)],
            ["ours", *map(percent_text, binary.balanced_accuracy)],
            ["published", *map(percent_text, published.binary_test)],
        ]
    )


def shipped_runs() -> list[Run]:
    """The runs that git tracks, without those made on this machine."""
    command = ["git", "ls-files", "--", str(trained_folder())]
    tracked = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    folders = {Path(line).parent.name for line in tracked.stdout.splitlines()}
    return [load_run(name) for name in run_names() if name in folders]


def drawings_table(found: Evidence) -> str:
    """Markdown: the share of drawings read correctly, as drawn, a row per run and approach.

    Args:
        found: the experiment "drawing".
    """
    names = {pen: pen_pictures_name(pen, big=False) for pen in WIDTHS}
    columns = {
        "strokes": accuracy_of(found, STROKES, "rasterise"),
        **{f"{pen} px": accuracy_of(found, name, "to_mnist") for pen, name in names.items()},
        "whole canvas, 16 px": accuracy_of(found, names[16], "whole canvas"),
    }
    rows = [["run", "approach", *columns]]
    for run, approach in product(_DRAWN_BY, PAIR):
        figures = (accuracy[f"{run}.{approach}"] for accuracy in columns.values())
        rows.append([run, TITLES[approach].lower(), *map(percent_text, figures)])
    return markdown(rows)


def new_class_paragraph(found: Evidence) -> str:
    """Markdown: whether a new class is cheap for ten models.

    Args:
        found: the experiment "new_class".
    """
    costs = new_class_costs(found["left_out"])
    return f"{fill(f'{new_class_headline(costs)} {new_class_text(costs)}', 99)}\n"


def ladder_table(found: Evidence) -> str:
    """Markdown: what makes the difference in a sentence, and a row per rung from one to ten.

    Args:
        found: the experiment "ladder".
    """
    ladders = {equal: rungs_of(found, equal) for equal in ("width", "parameters")}
    narrow = {row["networks"]: row["accuracy"] for row in ladder_rows(ladders["parameters"])}
    rows = [["networks", "128 units each: test accuracy (range)", "beside the row before",
             "largest p", "with the parameters of one"]]  # fmt: skip
    rows += [
        [
            str(row["networks"]),
            f"{percent_text(row['accuracy'])} ({percent_text(row['lowest'])} to "
            f"{percent_text(row['highest'])})",
            "" if row["difference"] is None else str(change_text(row["difference"])),
            "" if row["p"] is None else p_value_cell(row["p"]),
            _figure(narrow.get(row["networks"])),
        ]
        for row in ladder_rows(ladders["width"])
    ]
    strong = strong_sentence(rungs_of(found, "strong"))
    below = f"\n{fill(str(strong), 99)}\n" if strong else ""
    return f"{fill(str(ladder_headline(ladders)), 99)}\n\n{markdown(rows)}{below}"


def characters_paragraph(found: Evidence) -> str:
    """Markdown: what becomes of both with 252 classes.

    Args:
        found: the experiment "characters".
    """
    told = paragraph(characters_headline(found), best_sentence(found), promise_sentence(found))
    return f"{fill(str(told), 99)}\n"


def readme_with_results(text: str, runs: list[Run]) -> str:
    """The README with its tables replaced by those of the runs and the experiments."""
    of_recipes = [run for run in runs if run.name in RECIPES]  # and not the experiment's
    results = "\n".join(filter(None, [table(runs), *map(binary_table, of_recipes)]))
    text = with_contents("results", results, text)
    if drawn := load_evidence("drawing"):
        text = with_contents("drawings", drawings_table(drawn), text)
    if taught := load_evidence("new_class"):
        text = with_contents("new class", new_class_paragraph(taught), text)
    if climbed := load_evidence("ladder"):
        text = with_contents("ladder", ladder_table(climbed), text)
    if many := load_evidence("characters"):
        text = with_contents("characters", characters_paragraph(many), text)
    return text


def with_contents(name: str, contents: str, text: str) -> str:
    """The text with new contents between the comments of that name."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return between.sub(lambda match: f"{match[1]}\n{contents}\n{match[2]}", text)


def _row(run: Run, approach: Approach, seeds: Evidence | None) -> list[str]:
    test, train = run.metrics(approach), run.metrics(approach, "train")
    published = run.published or Published("")
    spread = seeds_spread(seeds, run, approach)
    return [
        run.name,
        TITLES[approach].lower(),
        interval_text(test.accuracy, test.accuracy_interval),
        spread.text(percent_text) if spread else "",
        _figure(published.test.get(approach)),
        percent_text(train.accuracy),
        _figure(published.train.get(approach)),
    ]


def _figure(value: float | None) -> str:
    return "" if value is None else percent_text(value)


def main() -> None:
    """Print the README with its tables, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="update README.md")
    options = parser.parse_args()
    text = readme_with_results(README.read_text(encoding="utf-8"), shipped_runs())
    if options.write:
        README.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
