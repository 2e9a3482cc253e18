"""From a test picture back to those among which the visitor had found it."""

import streamlit as st

from mnist_models.text import t
from ui.shared.navigation import ORIGIN, Origin, page_path


def offer_way_back(picture: int) -> None:
    """A link to the pictures that the visitor came from, until they look at another one.

    Args:
        picture: the number of the test picture that is shown.
    """
    origin = Origin.from_parameter(st.query_params.get(ORIGIN, ""))
    if origin and origin.picture == picture:
        st.page_link(
            page_path(origin.page),
            label=t("Back to the picture", "Back to the {count:,} pictures", count=origin.count),
            icon=":material/arrow_back:",
            query_params=dict(origin.query),
        )
