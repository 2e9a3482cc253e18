"""The page Compare: what both say to pictures of no digit, from the experiment "no_digit"."""

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.sentences import none_sentence
from mnist_models.evidence.experiments import Entry, Evidence, load_evidence
from mnist_models.evidence.rejection import KINDS, NO_DIGITS, no_digit_rows, unsure_sentence
from mnist_models.formatting import percent_text, share_text
from mnist_models.metrics.significance import wilson_interval
from mnist_models.pictures import SIDE
from mnist_models.text import Texts, paragraph, t
from ui.shared.experiments import shipped
from ui.widgets.charts import Layered, dots_with_intervals, show_chart, version_of
from ui.widgets.contender_style import Look, Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.images import picture_url
from ui.widgets.tables import Column, offer_table

# The rules by which a contender says "none of mine", by the key of their count in an entry.
_RULES = Texts(
    {
        "none": t("No probability reaches one half"),
        "refused": t("Both equally strict on digits"),
    }
)
_ABOUT_RULES = Texts(
    {
        "none": t(
            "A contender says “none” if none of its probabilities reaches one half: for ten binary "
            "models that is a “no” from each. A single model's probabilities sum to 1, so one of "
            "them is usually large."
        ),
        "refused": t(
            "A contender says “none” if its largest probability is below its own threshold, set so "
            "that it refuses one in a hundred test digits: both are equally strict on digits."
        ),
    }
)
_COLUMNS = {
    "contender": Column(t("contender")),
    "shown": Column(t("shown")),
    "pictures": Column(t("pictures")),
    "none": Column(t("no probability over 50 %"), percent_text),
    "one": Column(t("exactly one"), percent_text),
    "several": Column(t("several"), percent_text),
    "sure": Column(t("at least 90 % sure"), percent_text),
    "refused": Column(t("refused, equally strict"), percent_text),
    "threshold": Column(t("below a probability of"), share_text),
    "median_largest": Column(t("median probability"), share_text),
    "area": Column(t("told from digits"), percent_text),
}
_EXAMPLES = Texts({"letters": t("A letter"), "scribbles": t("A scribble"), "noise": t("Noise")})


def show_no_digit(duel: Duel) -> None:
    """How often each contender says "none" to letters, scribbles and noise."""
    if not (found := shipped("no_digit")):
        return
    pair = looks(duel)
    entries = {look.name: answers_of(found, look) for look in pair}
    for name, own in entries.items():
        if not own:
            st.info(
                t("{name}: not measured. Only the networks of shipped runs were tested.", name=name)
            )
    if not any(entries.values()):
        return
    _show_examples(found)
    count = pick(t("When is the answer “none”?"), _RULES, "rule", title=_RULES)
    for name, own in entries.items():
        if own:
            st.markdown(none_sentence(name, own, count))
    show_chart(
        lambda: none_dots(entries, pair, count),
        *("no_digit", pair[0].version, pair[1].version, count, version_of(entries)),
        text=t(
            "How often each contender says “none” to letters, scribbles, noise and digits. Rule: "
            "{rule}.",
            rule=_RULES[count],
        ),
    )
    pictures = max(e["pictures"] for own in entries.values() for e in own if e["kind"] in NO_DIGITS)
    about = t(
        "Each contender was shown {pictures:,} letters that do not look like digits ({letters}), "
        "as many scribbles and as many pictures of noise, none of them seen in training. The "
        "lines are 95 % Wilson intervals. Made with `{command}`.",
        pictures=pictures,
        letters=" ".join(found["letters"]),
        command=found["command"],
    )
    st.caption(paragraph(_ABOUT_RULES[count], about))
    offer_table(
        t("As a table, with all answers"),
        lambda: pd.DataFrame(no_digit_rows(entries)),
        key="no_digit_table",
        file_name="no_digit.csv",
        alt=t("What both contenders say to letters, scribbles and noise"),
        columns=_COLUMNS,
        about=t(
            "All shares are of the pictures shown. No probability over 50 %, exactly one, several: "
            "how many of the ten probabilities reach one half. At least 90 % sure: the largest one "
            "is at least {sure}. Refused, equally strict: the largest one is below the probability "
            "in the next column, chosen so that {share} of the digits are refused. Median "
            "probability: of the largest ones. Told from digits: how often the largest probability "
            "is larger for a digit than for such a picture.",
            sure=percent_text(found["sure"], 0),
            share=percent_text(found["refused_digits"], 0),
        ),
    )
    if doubted := load_evidence("unsure"):
        st.caption(unsure_sentence(doubted))


def answers_of(found: Evidence, look: Look) -> list[Entry]:
    """The entries of a contender, measured with the very same networks."""
    run, approach = look.contender.run, look.contender.approach
    weights = run.weights_hash(approach)
    return [e for e in found["answers"] if e["weights"] == weights]


def none_dots(entries: dict[str, list[Entry]], pair: Looks, count: str) -> Layered:
    """The share of each kind to which each contender says "none", with Wilson intervals."""
    frame = pd.DataFrame(
        [
            (
                name,
                KINDS[e["kind"]],
                e[count] / e["pictures"],
                *wilson_interval(e[count], e["pictures"]),
            )
            for name, own in entries.items()
            for e in own
        ],
        columns=["contender", "kind", "share", "low", "high"],
    )
    measured = [look for look in pair if entries[look.name]]  # the others have no marks
    return dots_with_intervals(
        frame,
        *("share", "kind", "contender"),
        encoding(measured, "contender"),
        orders={"kind": list(KINDS.values()), "contender": [look.name for look in pair]},
        titles={"share": t("share"), "kind": t("pictures"), "contender": t("contender")},
        axis=t("says “none”"),
    )


def _show_examples(found: Evidence) -> None:
    """A few pictures of each kind, as the models see them."""
    images = []
    for example in found["examples"]:
        picture = np.frombuffer(bytes.fromhex(example["picture"]), np.uint8).reshape(SIDE, SIDE)
        url, alt_text = picture_url(picture), escape(_EXAMPLES[example["kind"]])
        images.append(f"<img src='{url}' width=48 height=48 alt='{alt_text}'>")
    st.html(f"<div class='c-examples'>{''.join(images)}</div>")
