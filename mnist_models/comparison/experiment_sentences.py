"""Sentences on the shipped experiments, computed from their figures."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from mnist_models.evidence.experiments import Entry, Evidence, spread
from mnist_models.evidence.networks.equal_size import EqualPair
from mnist_models.evidence.networks.new_class_costs import NewClassCosts
from mnist_models.formatting import (
    listing,
    number_writer,
    p_value_text,
    percent_text,
    points_text,
)
from mnist_models.learning.approaches import NAMES, PAIR
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.metrics.significance import SIGNIFICANT
from mnist_models.text import Text, paragraph, t


def equal_size_headline(pairs: Sequence[EqualPair]) -> Text:
    """Who reads more at equal size, in one or two sentences."""
    ten = [pair for pair in pairs if pair.reads_more == "multi"]
    one = [pair for pair in pairs if pair.reads_more == "single"]
    learned = list(dict.fromkeys(pair.learned for pair in ten))
    all_learned = {pair.learned for pair in pairs}
    return paragraph(
        t(
            "Made equally large, the single model reads more in {single} of {total} comparisons, "
            "and the ten read more in {multi}.",
            single=len(one),
            multi=len(ten),
            total=len(pairs),
        ),
        t("The ten read more only if each of them learns from {learned}.", learned=listing(learned))
        if 0 < len(learned) < len(all_learned)
        else "",
    )


def equal_size_sentences(pairs: Sequence[EqualPair]) -> list[Text]:
    """What remains of the difference, a sentence for each kind of rows that the ten learn from."""
    return [
        paragraph(
            t("If each of the ten learns from {learned}:", learned=learned),
            *[_finding(pair) for pair in pairs if pair.learned == learned],
        )
        for learned in dict.fromkeys(pair.learned for pair in pairs)
    ]


def updates_sentence(runs: Sequence[Entry]) -> Text:
    """How many more updates a network takes to learn from all pictures; empty if unknown.

    Batches are equally large, so the updates are in proportion to the rows per epoch.

    Args:
        runs: `runs` of the experiment "equal_size".
    """
    ten = [entry for entry in runs if entry["approach"] == "multi"]
    rows = {e["sampling"]: e["rows_per_epoch"] // len(e["balanced_accuracy"]) for e in ten}
    if not {"all", "undersample"} <= rows.keys():
        return t("")
    few, many = rows["undersample"], rows["all"]
    return t(
        "Epochs are equal, updates are not: in an epoch a network sees {few:,} rows of an "
        "undersample or all {many:,}, and its weights change {ratio:.2g} times as often in the "
        "second case. So part of the gain from all pictures is longer training.",
        few=few,
        many=many,
        ratio=many / few,
    )


def correction_sentence(runs: Sequence[Entry], strategy: str) -> Text:
    """The expected calibration error of a sampling strategy, before and after the correction.

    Args:
        runs: `runs` of the experiment "sampling".
        strategy: a name in `STRATEGIES`.
    """
    own = [run["calibration"] for run in runs if run["strategy"] == strategy]
    before, after = (median(c[when]["error"] for c in own) for when in ("before", "after"))
    if not STRATEGIES[strategy].balanced:
        return paragraph(
            t(
                "Expected calibration error, the distance between the models' probabilities and "
                "how often they come true, averaged over all answers: {before} percentage points.",
                before=points_text(before),
            ),
            t("Nothing was balanced, so there is nothing to correct."),
        )
    return paragraph(
        t(
            "Expected calibration error, the distance between the models' probabilities and how "
            "often they come true, averaged over all answers: {before} percentage points before "
            "the prior correction, {after} after it.",
            before=points_text(before),
            after=points_text(after),
        ),
        t(
            "Balancing taught that a yes is as likely as a no; the correction puts back how rare "
            "it is."
        )
        if after <= before
        else t("The correction overshoots: it assumes that only balancing has moved the answers."),
    )


def new_class_headline(costs: NewClassCosts) -> Text:
    """What a digit added afterwards costs, in one sentence."""
    return t(
        "A digit added afterwards costs the ten models {seconds:.2f} s, and the single model, "
        "which learns everything again, {again:.1f} s.",
        seconds=costs.seconds,
        again=costs.again,
    )


def new_class_text(costs: NewClassCosts) -> Text:
    """What that sentence leaves out."""
    return paragraph(
        t("That is {shorter} times as long.", shorter=costs.shorter.text(number_writer(".1f"))),
        t(
            "One new member alone is not enough: the old ones have never seen the digit, and some "
            "claim it. All ten digits are then read {points} points worse than by ten models that "
            "had them from the start.",
            points=points_text(costs.unmended.median),
        ),
        t(
            "If the members that claim it are trained with it, the loss is {points} points, and at "
            "worst {worst}.",
            points=points_text(costs.lost.median),
            worst=points_text(costs.lost.high),
        ),
        t(
            "But the single model need not learn everything again: going on with the new digit "
            "and as many pictures of each old one costs it {seconds:.2f} s as well, and then it "
            "reads {single} of all ten correctly, where the ten models read {multi}.",
            seconds=costs.together_seconds,
            single=percent_text(costs.together),
            multi=percent_text(costs.accuracy),
        ),
        t(
            "Only if it learns the new digit alone does it forget: {points} points on the other "
            "nine.",
            points=points_text(costs.forgotten.median),
        ),
    )


def seconds_vary_sentence(left_out: Sequence[Entry]) -> Text:
    """How long the same training takes when it is repeated: why seconds are not compared.

    Args:
        left_out: of the experiment "new_class", in which this way always sees as many pictures.
    """
    same = [entry for entry in left_out if entry["way"] == "together"]
    seconds = spread(same, "seconds")
    return t(
        "Seconds change from one repeat to the next: the single model, continued on {pictures:,} "
        "pictures {count} times on one machine, took {low:.2f} to {high:.2f} s.",
        pictures=same[0]["rows"],
        count=len(same),
        low=seconds.low,
        high=seconds.high,
    )


def numbers_sentence(found: Evidence, spacing: str) -> Text:
    """Which approach reads more numbers of that spacing exactly, and whether that may be chance.

    Args:
        found: the experiment "numbers".
        spacing: a key of `evidence.numbers.SPACINGS`.
    """
    own = {e["approach"]: e for e in found["numbers"] if e["spacing"] == spacing}
    paired = next(entry for entry in found["paired"] if entry["spacing"] == spacing)
    ahead, behind = sorted(PAIR, key=lambda approach: -own[approach]["right"])
    fields: dict[str, Any] = {
        "rows": own[ahead]["rows"],
        "ahead": NAMES[ahead],
        "more": _share_read(own[ahead]),
        "behind": NAMES[behind],
        "fewer": _share_read(own[behind]),
        "p": p_value_text(paired["p"]),
    }
    if own[ahead]["right"] == own[behind]["right"]:
        return t(
            "Of {rows:,} numbers without gaps between their digits, both read {more} exactly, each "
            "with its own cuts.",
            **fields,
        )
    if paired["p"] < SIGNIFICANT:
        return t(
            "Of {rows:,} numbers without gaps between their digits, the {ahead} reads {more} "
            "exactly and the {behind} {fewer}, each with its own cuts; a difference this large "
            "would rarely come by chance (exact McNemar test, p {p}).",
            **fields,
        )
    return t(
        "Of {rows:,} numbers without gaps between their digits, the {ahead} reads {more} exactly "
        "and the {behind} {fewer}, each with its own cuts; chance alone could explain the "
        "difference (exact McNemar test, p {p}).",
        **fields,
    )


def by_strokes_sentence(found: Evidence, spacing: str) -> Text:
    """How many numbers of that spacing each approach reads by their strokes, as on Draw.

    Args:
        found, spacing: as for `numbers_sentence`.
    """
    own = {e["approach"]: e for e in found["by_strokes"] if e["spacing"] == spacing}
    single, multi = (_share_read(own[approach]) for approach in PAIR)
    return t(
        "On the page Draw strokes are grouped into digits, and nothing has to be cut: so the "
        "single model reads {single} of the same numbers exactly, and the multi-model {multi}.",
        single=single,
        multi=multi,
    )


def needless_sentence(found: Evidence) -> Text:
    """How often each approach cuts a single digit, in the experiment "numbers"."""
    cut = {entry["approach"]: entry for entry in found["singles"]}
    single, multi = (cut[approach] for approach in PAIR)
    return t(
        "Of {rows:,} single digits, which need no cut, the single model cuts {single} and the "
        "multi-model {multi}.",
        rows=single["rows"],
        single=single["cut"],
        multi=multi["cut"],
    )


def _finding(pair: EqualPair) -> Text:
    """Who reads more, if all seeds agree: "With … the ten read 0.59 points more."."""
    points = points_text(abs(pair.difference.median))
    if pair.reads_more == "multi":
        return t("With {equal} the ten read {points} points more.", equal=pair.equal, points=points)
    if pair.reads_more == "single":
        return t(
            "With {equal} the single model reads {points} points more.",
            equal=pair.equal,
            points=points,
        )
    return t("With {equal} neither reads more with every seed.", equal=pair.equal)


def _share_read(entry: Entry) -> str:
    return percent_text(entry["right"] / entry["rows"], 1)
