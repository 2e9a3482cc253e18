""" "It was …" for a number: each of its digits is kept as a drawing of its own."""

import streamlit as st

from mnist_models.comparison.judgement import Place
from mnist_models.runs.run import Run
from mnist_models.segmentation.found import MAX_DIGITS
from mnist_models.settings import keeps_drawings
from mnist_models.text import Text, t
from ui.draw.correction import (
    digest_of,
    keep_drawings,
    kept_drawing,
    labels_of,
    show_error,
    show_kept,
)
from ui.draw.numbers.reading import Reading
from ui.shared.visitor import meet_browser

_REFUSED = "_number_refused"  # why, for the picture it was typed for


def offer_number_correction(run: Run, reading: Reading) -> None:
    """A field for the number. Nothing if the site keeps no drawings.

    Args:
        run: its answers are kept with each digit.
        reading: what it reads.
    """
    if not keeps_drawings():
        return
    key = f"number_was_{digest_of(reading.picture)}"

    def keep() -> None:
        typed = "".join(st.session_state[key].split())
        places = _places_of(reading, len(typed))
        st.session_state.pop(_REFUSED, None)
        if not typed:
            return
        if refused := _refusal(run, reading, typed, places):
            st.session_state[_REFUSED] = key, refused
            return
        keep_drawings(
            [
                kept_drawing(run, label, reading.steps(place).centred, reading.cut_out(place))
                for label, place in zip(typed, places, strict=True)
            ],
            # Another cut may have been kept before.
            instead_of=_digests(reading, [p for p in reading.places if p not in places]),
        )

    with st.container(key="correct", gap="xsmall"):
        st.text_input(t("It was …"), key=key, max_chars=2 * MAX_DIGITS, width=320, on_change=keep)
        for_this, refused = st.session_state.get(_REFUSED, ("", ""))
        label, kept = _kept(reading)
        if show_error():
            pass
        elif for_this == key and refused:
            st.warning(refused, icon=":material/help:")
        elif kept:
            show_kept(label, kept)
        else:
            st.caption(
                t(
                    "Type the number and press Enter: each digit is kept as a drawing of its own, "
                    "for your accuracy."
                )
            )
    meet_browser("correction", before_making=True)


def _places_of(reading: Reading, count: int) -> list[Place]:
    """The places of the first approach that sees so many digits; none, if none does."""
    for approach, number in reading.numbers.items():
        if len(number) == count:
            return [place for place in reading.places if approach in place.digits]
    return []


def _refusal(run: Run, reading: Reading, typed: str, places: list[Place]) -> Text | None:
    """Why nothing is kept of what was typed; None if it is."""
    strange = sorted(set(typed) - {str(label) for label in run.classes})
    if strange:
        return t("Nothing is kept: “{label}” is no digit that these models know.", label=strange[0])
    if places:
        return None
    found = list(dict.fromkeys(str(len(number)) for number in reading.numbers.values()))
    both = t("{first} or {second}", first=found[0], second=found[-1])
    return t(
        "{typed} has {count} digit, and {found} were found: nothing is kept.",
        "{typed} has {count} digits, and {found} were found: nothing is kept.",
        typed=typed,
        count=len(typed),
        found=both if len(found) > 1 else found[0],
    )


def _kept(reading: Reading) -> tuple[str, list[str]]:
    """The labels of the digits that are kept, in their order, and what identifies them."""
    digests = _digests(reading, reading.places)
    labels = labels_of(digests)
    kept = [digest for digest in digests if digest in labels]
    return "".join(labels[digest] for digest in kept), kept


def _digests(reading: Reading, places: list[Place]) -> list[str]:
    return [digest_of(reading.cut_out(place)) for place in places]
