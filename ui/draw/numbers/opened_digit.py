"""Which digit of a number is open, as the address says: a tap opens one, another closes it."""

import streamlit as st

from ui.draw.numbers.reading import Reading
from ui.shared.navigation import is_short

_DIGIT = "digit"  # in the address, from 1


def opened(reading: Reading) -> int | None:
    """Which of the places is open, from 0; None if none is."""
    asked = st.query_params.get(_DIGIT, "")
    place = int(asked) - 1 if is_short(asked) else -1
    return place if 0 <= place < len(reading.places) else None


def open_or_close(place: int) -> None:
    """Open a place, or close it if it is open; for callbacks."""
    if st.query_params.get(_DIGIT) == str(place + 1):
        close()
    else:
        st.query_params[_DIGIT] = str(place + 1)


def close() -> None:
    """Open none; for callbacks."""
    st.query_params.pop(_DIGIT, None)
