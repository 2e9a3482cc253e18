"""The way back to where a picture was found stands in the address, which anybody can write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.state.query_params import process_query_params

from ui.shared.navigation import Origin

NAMES = st.sampled_from(["run", "first", "pictures", "embed", "Embed_Options", "from"]) | st.text()


@given(st.dictionaries(NAMES, st.text()), st.integers(0, 9_999_999), st.integers(0, 9_999_999))
def test_no_address_makes_a_link_that_streamlit_refuses(
    query: dict[str, str], count: int, picture: int
) -> None:
    try:
        origin = Origin.from_parameter(Origin("confusion", query, count, picture).to_parameter())
    except UnicodeEncodeError:
        return  # a surrogate alone is in no address
    if origin is None:
        assert {name.lower() for name in query} & {"embed", "embed_options"}
    else:
        process_query_params(origin.query)
        assert (origin.count, origin.picture) == (count, picture)


@pytest.mark.parametrize("name", ["embed", "EMBED", "embed_options", "Embed_Options"])
def test_there_is_no_way_back_to_an_address_with_what_is_streamlits_own(name: str) -> None:
    assert Origin.from_parameter(f"confusion/3/1?run=pens&{name}=true") is None


@given(st.text())
def test_any_text_is_an_origin_or_none(text: str) -> None:
    Origin.from_parameter(text)
