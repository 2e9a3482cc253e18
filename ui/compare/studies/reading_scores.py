"""You against the models: who read how many of the hard pictures, and how much of it is chance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mnist_models.comparison.contenders import Duel
from mnist_models.data.label_errors import doubted_rows
from mnist_models.formatting import p_value_text
from mnist_models.metrics.significance import SIGNIFICANT, PairedMetrics, difference_margin
from mnist_models.text import Text, t
from ui.widgets.contender_style import looks


def right_answers(duel: Duel, rows: Sequence[int], given: Sequence[Any]) -> NDArray[np.bool_]:
    """Whether the visitor, the first and the second contender gave MNIST's label: (3, answered)."""
    answered = list(rows[: len(given)])
    return np.stack([np.array(given) == duel.labels[answered], *duel.right[:, answered]])


def score_sentences(
    names: Sequence[str], right: NDArray[np.bool_], clear: NDArray[np.bool_]
) -> list[Text]:
    """What the scores mean: how much is chance, beside each model, and on labels nobody doubts.

    Args:
        names: of the two models.
        right: (3, n) of the visitor and the two.
        clear: (n,) which labels people do not doubt.
    """
    pictures = right.shape[1]
    chance = int(difference_margin(float(right.mean()), pictures) * pictures)
    yours, first, second = right[:, clear].sum(axis=1).tolist()
    return [
        t(
            "Of {pictures} pictures, two who are equally good may differ by {chance} by chance.",
            pictures=pictures,
            chance=chance,
        ),
        *(
            _paired_sentence(name, right[0], theirs)
            for name, theirs in zip(names, right[1:], strict=True)
        ),
        t(
            "On the {clear} whose labels people do not doubt: you {yours}, {first_name} {first}, "
            "{second_name} {second}.",
            clear=int(clear.sum()),
            yours=yours,
            first_name=names[0],
            first=first,
            second_name=names[1],
            second=second,
        ),
    ]


def _paired_sentence(name: str, yours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> Text:
    paired = PairedMetrics(
        both_right=int((yours & theirs).sum()),
        only_first=int((yours & ~theirs).sum()),
        only_second=int((theirs & ~yours).sum()),
        both_wrong=int((~yours & ~theirs).sum()),
    )
    fields: dict[str, Any] = {
        "name": name,
        "yours": paired.only_first,
        "theirs": paired.only_second,
        "p": p_value_text(paired.mcnemar_p),
    }
    if paired.only_first + paired.only_second == 0:
        return t("{name}: right on the same pictures as you.", name=name)
    if paired.mcnemar_p < SIGNIFICANT:
        return t(
            "{name}: {yours} that only you read, {theirs} that only it reads; that would rarely "
            "come by chance (exact McNemar test, p {p}).",
            **fields,
        )
    return t(
        "{name}: {yours} that only you read, {theirs} that only it reads; chance alone could "
        "explain it (exact McNemar test, p {p}).",
        **fields,
    )


def answers_table(duel: Duel, rows: Sequence[int], given: Sequence[Any]) -> pd.DataFrame:
    """A row per picture: its number, MNIST's label, whether people doubt it, and all answers."""
    answered = list(rows[: len(given)])
    doubted = np.isin(answered, doubted_rows(duel.first.run.test_set, len(duel.labels)))
    columns: dict[str, Any] = {
        t("test picture"): answered,
        t("true"): [str(label) for label in duel.labels[answered]],
        t("label doubted"): [t("yes") if each else "" for each in doubted],
        t("you"): [str(label) for label in given],
    }
    for look in looks(duel):
        columns[look.name] = [str(label) for label in look.contender.answers[answered]]
    return pd.DataFrame(columns)
