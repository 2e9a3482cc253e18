"""The page Compare, what both say to what is no digit: the shipped experiment "no_digit"."""

import html

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.sentences import none_sentence
from mnist_models.evidence.experiments import Entry, Evidence
from mnist_models.evidence.rejection import COUNTS, FIGURES, NO_DIGITS, no_digit_rows
from mnist_models.formatting import percent_text
from mnist_models.metrics.significance import wilson_interval
from mnist_models.pictures import SIDE
from ui.shared.experiments import shipped
from ui.widgets.charts import Layered, show_chart, version_of
from ui.widgets.contender_style import Look, Looks, encoding, looks
from ui.widgets.controls import pick
from ui.widgets.images import picture_url
from ui.widgets.tables import COUNT, FOUR_DIGITS, show_table

# The rules by which a contender says "none of mine", and where an entry has the count.
_RULES = {
    "No probability reaches one half": "none",
    "Both equally strict on digits": "refused",
}
_ABOUT_RULES = {
    "none": "It says “none” where none of its probabilities reaches one half: a binary model's "
    "“no”, by all ten. A single model's probabilities sum to 1, so one is usually large.",
    "refused": "It says “none” where its largest probability is below a threshold of its own, set "
    "so that one in a hundred test digits is refused: both are equally strict on digits.",
}
_ABOUT = (
    "Each is asked about {pictures:,} letters that look like no digit ({letters}), as many "
    "scribbles and as many pictures of noise, none of which training ever saw. The lines are "
    "95 % Wilson intervals. Made with `{command}`."
)
_ABOUT_TABLE = (
    "None, one and several: for how many pictures so many probabilities reach one half. Sure: the "
    "largest is at least {sure:g}. Refused: by the threshold that refuses {refused_digits} of "
    "the digits. Area: how often a digit gets a larger largest probability than such a picture."
)


def show_no_digit(duel: Duel) -> None:
    """How often each contender says "none" to letters, scribbles and noise."""
    if not (found := shipped("no_digit")):
        return
    pair = looks(duel)
    entries = {look.name: answers_of(found, look) for look in pair}
    for name, own in entries.items():
        if not own:
            st.info(f"{name}: not measured. Only shipped runs with their networks were asked.")
    if not any(entries.values()):
        return
    _show_examples(found)
    rule = pick("Who says “none”?", _RULES, "rule")
    count = _RULES[rule]
    st.markdown("  \n".join(none_sentence(n, own, count) for n, own in entries.items() if own))
    show_chart(
        lambda: none_dots(entries, pair, count),
        *("no digit", pair[0].version, pair[1].version, count, version_of(entries)),
        text=f"How often each says none to {', '.join(NO_DIGITS)}. {rule}.",
    )
    pictures = max(e["pictures"] for own in entries.values() for e in own if e["kind"] in NO_DIGITS)
    st.caption(
        f"{_ABOUT_RULES[count]} "
        + _ABOUT.format(**{**found, "pictures": pictures, "letters": " ".join(found["letters"])})
    )
    show_table(
        pd.DataFrame(no_digit_rows(entries)),
        file_name="no_digit.csv",
        alt="What both contenders say to letters, scribbles and noise",
        columns={
            **dict.fromkeys(COUNTS, COUNT),
            **dict.fromkeys(FIGURES, FOUR_DIGITS),
        },
    )
    refused = percent_text(found["refused_digits"], 0)
    st.caption(_ABOUT_TABLE.format(sure=found["sure"], refused_digits=refused))


def answers_of(found: Evidence, look: Look) -> list[Entry]:
    """The entries of a contender, measured with the very networks that it has."""
    run, approach = look.contender.run, look.contender.approach
    weights = run.weights_hash(approach)
    return [e for e in found["answers"] if e["weights"] == weights]


def none_dots(entries: dict[str, list[Entry]], pair: Looks, count: str) -> Layered:
    """The share of each kind to which each contender says none, with 95 % Wilson intervals."""
    frame = pd.DataFrame(
        [
            (name, e["kind"], e[count] / e["pictures"], *wilson_interval(e[count], e["pictures"]))
            for name, own in entries.items()
            for e in own
        ],
        columns=["contender", "kind", "share", "low", "high"],
    )
    scale, channel = alt.Scale(domain=[0, 1]), encoding(pair, "contender")
    base = alt.Chart(frame).encode(
        y=alt.Y("kind:N", sort=[*NO_DIGITS, "digits"], title=None),
        yOffset=alt.YOffset("contender:N", sort=[look.name for look in pair]),
        color=channel["color"],
        tooltip=["contender", "kind", *(alt.Tooltip(c, format=".2%") for c in _SHARES)],
    )
    axis = alt.Axis(format="%")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("share:Q", scale=scale, axis=axis, title="says “none”"), shape=channel["shape"]
    )
    spans = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    return alt.layer(spans, dots).properties(height=alt.Step(22))


_SHARES = ("share", "low", "high")


def _show_examples(found: Evidence) -> None:
    """A few pictures of each kind, as the models see them."""
    images = []
    for example in found["examples"]:
        picture = np.frombuffer(bytes.fromhex(example["picture"]), np.uint8).reshape(SIDE, SIDE)
        url, alt_text = picture_url(picture), html.escape(f"One of the {example['kind']}")
        images.append(f"<img src='{url}' width=48 height=48 alt='{alt_text}'>")
    st.html(f"<div class='c-examples'>{''.join(images)}</div>")
