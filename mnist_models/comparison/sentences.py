"""Sentences computed from numbers, so that no page says anything its figures do not."""

from collections.abc import Callable, Sequence
from typing import Any

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.tables import cost_row
from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.evidence.networks.training_studies import seeds_spread
from mnist_models.formatting import (
    listing,
    p_value_text,
    percent_text,
    points_text,
    rounded_text,
    score_text,
)
from mnist_models.learning.approaches import NAMES
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.metrics.calibration import Reliability, YesGroup
from mnist_models.metrics.scores import BinaryMetrics, Metrics
from mnist_models.metrics.significance import SIGNIFICANT
from mnist_models.runs.run import Run
from mnist_models.text import Text, Texts, paragraph, t

_NUMBERS = Texts({9: t("nine"), 10: t("ten"), 11: t("eleven"), 12: t("twelve")})


def verdict_sentence(duel: Duel) -> Text:
    """The comparison in one sentence: who reads more, and whether that could be chance.

    Raises:
        RunError: the file of the scores is damaged.
    """
    paired = duel.paired
    difference = paired.only_first - paired.only_second
    one_run = duel.first.run.version == duel.second.run.version
    ahead, behind = (duel.first, duel.second) if difference >= 0 else (duel.second, duel.first)
    fields: dict[str, Any] = {
        "rows": paired.rows,
        "ahead": _name(ahead, one_run),
        "behind": _name(behind, one_run),
    }
    if difference == 0:
        return t("Of {rows:,} test digits {ahead} and {behind} read equally many.", **fields)
    p = paired.mcnemar_p
    fields |= {"more": abs(difference), "p": p_value_text(p), "count": _members(ahead)}
    if p < SIGNIFICANT:
        return t(
            "Of {rows:,} test digits {ahead} gets {more:,} more of them right than {behind}; a "
            "difference this large would rarely come by chance (exact McNemar test, p {p}).",
            "Of {rows:,} test digits {ahead} get {more:,} more of them right than {behind}; a "
            "difference this large would rarely come by chance (exact McNemar test, p {p}).",
            **fields,
        )
    return t(
        "Of {rows:,} test digits {ahead} gets {more:,} more of them right than {behind}; "
        "chance alone could explain it (exact McNemar test, p {p}).",
        "Of {rows:,} test digits {ahead} get {more:,} more of them right than {behind}; "
        "chance alone could explain it (exact McNemar test, p {p}).",
        **fields,
    )


def mcnemar_sentence(duel: Duel) -> Text:
    """What McNemar's test makes of the digits that only one of the two reads.

    Raises:
        RunError: the file of the scores is damaged.
    """
    paired = duel.paired
    if not (tosses := paired.only_first + paired.only_second):
        return t("There is no digit that only one of the two reads: nothing tells them apart.")
    return t(
        "Only one of the two reads {count:,} digit, {first:,} to {second:,}. If both were equally "
        "good, it would go to either like the toss of a coin. McNemar's test says how often coins "
        "split at least this unevenly: p {p}.",
        "Only one of the two reads {count:,} digits, {first:,} to {second:,}. If both were equally "
        "good, each of these would go to either like the toss of a coin. McNemar's test says how "
        "often coins split at least this unevenly: p {p}.",
        count=tosses,
        first=paired.only_first,
        second=paired.only_second,
        p=p_value_text(paired.mcnemar_p),
    )


def accuracy_text(metrics: Metrics) -> Text:
    """Right answers, rows and interval: "9,754 of 10,000 (97.22 % to 97.83 %)"."""
    return score_text(metrics.right, metrics.rows, metrics.accuracy_interval)


def beside_accuracy(contender: Contender, seeds: Evidence | None) -> list[Text]:
    """That on the training pictures, the published one and several seeds', where they are known."""
    run, approach = contender.run, contender.approach
    train = percent_text(run.metrics(approach, "train").accuracy)
    lines = [t("On its training pictures: {accuracy}", accuracy=train)]
    if run.published and (figure := run.published.test.get(approach)):
        published = percent_text(figure)
        lines.append(
            t("Published: {figure}, {source}", figure=published, source=run.published.source)
        )
    if spread := seeds_spread(seeds, run, approach):
        lines.append(t("Median of several seeds: {spread}", spread=spread.text(percent_text)))
    return lines


def data_text(run: Run) -> Text:
    """What a run was judged on: "10,000 test pictures of MNIST"."""
    return t(
        "{count:,} test picture of {data}",
        "{count:,} test pictures of {data}",
        count=run.manifest["dataset"]["test_rows"],
        data=DATASET_TITLES[run.test_set],
    )


def judged_text(duel: Duel) -> Text:
    """What the two were judged on, and what stands in brackets behind an accuracy."""
    runs = list(dict.fromkeys(c.run.label for c in (duel.first, duel.second)))
    return paragraph(
        t(
            "Run {runs}, judged on {data} that training never saw.",
            "Runs {runs}, judged on {data} that training never saw.",
            count=len(runs),
            runs=listing([f"*{label}*" for label in runs]),
            data=data_text(duel.first.run),
        ),
        t("A run is one training and all that came of it."),
        t(
            "Accuracy is the share of pictures read correctly; in brackets its 95 % Wilson "
            "interval, the range in which the true share plausibly lies."
        ),
    )


def outcome_sentences(new: Contender, duel: Duel | None) -> Text:
    """What a new run reads, whether that is more than an older one, and whether by chance.

    Args:
        new: an approach of the new run.
        duel: of an older one with it; None where there is none to compare it with.

    Raises:
        RunError: the file of the scores is damaged.
    """
    fields: dict[str, Any] = {
        "right": new.metrics.right,
        "rows": new.metrics.rows,
        "name": NAMES[new.approach],
    }
    if duel is None:
        return t("The new run reads {right:,} of {rows:,} test pictures with the {name}.", **fields)
    paired = duel.paired
    more = paired.only_second - paired.only_first
    fields |= {"count": abs(more), "old": duel.first.run.label}
    if more == 0:
        return t(
            "The new run reads {right:,} of {rows:,} test pictures with the {name}, as many as "
            "*{old}*.",
            **fields,
        )
    told = t(
        "The new run reads {right:,} of {rows:,} test pictures with the {name}, {count:,} more "
        "than *{old}*.",
        **fields,
    ) if more > 0 else t(
        "The new run reads {right:,} of {rows:,} test pictures with the {name}, {count:,} fewer "
        "than *{old}*.",
        **fields,
    )  # fmt: skip
    if paired.mcnemar_p < SIGNIFICANT:
        return paragraph(told, t("Chance alone rarely makes a difference that large."))
    return paragraph(told, t("Chance alone can make a difference that large."))


def difference_sentence(label: str, first: float, second: float, figure: str) -> Text:
    """Where two differ most: "The two differ most on the 8: recall 95.60 % against 97.13 %."."""
    if first == second:
        return t("The two have the same {figure} on every digit.", figure=figure)
    return t(
        "The two differ most on the {label}: {figure} {first} against {second}.",
        label=label,
        figure=figure,
        first=percent_text(first),
        second=percent_text(second),
    )


def members_sentence(
    binary: BinaryMetrics, published: Sequence[float], classes: Sequence[Any]
) -> Text:
    """The weakest of the models, and how many are better than the published ones."""
    ours = binary.balanced_accuracy
    weakest = min(range(len(ours)), key=ours.__getitem__)
    sentence = t(
        "The weakest is the model for {label}: balanced accuracy {accuracy}.",
        label=classes[weakest],
        accuracy=percent_text(ours[weakest]),
    )
    if not published:
        return sentence
    better = sum(a > b for a, b in zip(ours, published, strict=False))
    return paragraph(
        sentence,
        t(
            "{count} of {total} is above the published figure.",
            "{count} of {total} are above the published figure.",
            count=better,
            total=len(published),
        ),
    )


def calibration_sentence(found: dict[str, Reliability]) -> Text:
    """The expected calibration error of each, by name."""
    errors = [
        t("{error} ({name})", error=points_text(each.error), name=name)
        for name, each in found.items()
    ]
    return t("Expected calibration error in percentage points: {errors}.", errors=listing(errors))


def cost_sentence(duel: Duel) -> Text:
    """How many times the training, pictures and parameters of the smaller one the larger takes."""
    if duel.first.key == duel.second.key:
        return t("Both are the same networks, so they cost the same.")
    both = sorted((duel.first, duel.second), key=lambda c: cost_row(c)["parameters"] or 0)
    small, large = map(cost_row, both)
    write: dict[str, Callable[[str], Text]] = {
        "seconds": lambda n: t("{times} times the training time", times=n),
        "looked_at": lambda n: t("{times} times the pictures looked at", times=n),
        "parameters": lambda n: t("{times} times the parameters", times=n),
    }
    factors = [
        told(rounded_text(more / less))
        for key, told in write.items()
        if (less := small[key]) and (more := large[key])
    ]
    one_run = duel.first.run.version == duel.second.run.version
    return t(
        "Beside {smaller}, {larger} costs {times}.",
        "Beside {smaller}, {larger} cost {times}.",
        count=_members(both[1]),
        smaller=_name(both[0], one_run),
        larger=_name(both[1], one_run),
        times=listing(factors),
    )


def yes_sentence(name: str, groups: list[YesGroup]) -> Text:
    """How often exactly one says yes, none and several."""
    total = sum(group.pictures for group in groups) or 1
    shares: dict[str, Any] = {g.yes: percent_text(g.pictures / total) for g in groups}
    return t(
        "{name}: exactly one says yes to {one} of the test pictures, none to {none} and several "
        "to {several}.",
        name=name,
        **shares,
    )


def none_sentence(name: str, entries: Sequence[Entry], count: str) -> Text:
    """To what share of each kind a contender says none, by the count "none" or "refused"."""
    shares: dict[str, Any] = {e["kind"]: percent_text(e[count] / e["pictures"], 1) for e in entries}
    return t(
        "{name} says “none” to {letters} of the letters, {scribbles} of the scribbles, {noise} of "
        "the noise and {digits} of the digits.",
        name=name,
        **shares,
    )


def _name(contender: Contender, one_run: bool) -> Text:
    """How a sentence names a contender; it names the run only if there are two."""
    members, run = _members(contender), contender.run.label
    number = _NUMBERS.get(members) or t("{number:,}", number=members)
    if contender.approach == "multi":
        if one_run:
            return t("the {number} binary models", number=number)
        return t("the {number} binary models of {run}", number=number, run=run)
    name = NAMES[contender.approach]
    return t("the {name}", name=name) if one_run else t("the {name} of {run}", name=name, run=run)


def _members(contender: Contender) -> int:
    """How many a sentence speaks of: a multi-model is "the ten", any other approach is one."""
    members: int = contender.run.manifest["approaches"][contender.approach]["members"]
    return members if contender.approach == "multi" else 1
