"""A table and its CSV, the same for every table of the pages."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mnist_models.text import t

FOUR_DIGITS = st.column_config.NumberColumn(format="%.4f")
COUNT = st.column_config.NumberColumn(format="localized")  # separators by locale


def show_table(
    frame: pd.DataFrame, *, file_name: str, alt: str, columns: dict[str, Any] | None = None
) -> None:
    """A table that can be sorted by clicking a heading, with a button below that saves it as CSV.

    Args:
        frame: what to show, with the columns in this order; the index is left out.
        file_name: of the CSV, like "mistakes.csv"; the button's key is then `csv_mistakes`.
        alt: what the table shows, for those who cannot see it.
        columns: Streamlit's column configuration; formats apply to the page, the CSV has all
            digits.
    """
    st.dataframe(frame, hide_index=True, height="content", column_config=columns, alt=alt)
    offer_csv(lambda: frame, file_name=file_name)


@st.fragment  # opening it does not rerun the rest of the page
def offer_table(
    title: str,
    make: Callable[[], pd.DataFrame],
    *,
    key: str,
    file_name: str,
    alt: str,
    columns: dict[str, Any] | None = None,
    about: str = "",
    more: Callable[[], None] | None = None,
) -> None:
    """A closed section with a table that is made and sent only while the section is open.

    Args:
        title: of the section.
        make: returns the table; the index is left out.
        key: of the section.
        file_name, alt, columns: see `show_table`.
        about: what the columns mean.
        more: draws what else belongs in the section.
    """
    section = st.expander(title, icon=":material/table:", key=key, on_change="rerun")
    if section.open:
        with section:
            show_table(make(), file_name=file_name, alt=alt, columns=columns)
            if about:
                st.caption(about)
            if more:
                more()


def offer_csv(
    make: Callable[[], pd.DataFrame], *, file_name: str, title: str = t("Save as CSV")
) -> None:
    """A button that saves a table as CSV; the table is made when the button is clicked.

    Args:
        make: returns the table; the index is left out. It runs outside the page's script, so it
            must not call Streamlit.
        file_name: like "mistakes.csv"; the button's key is then `csv_mistakes`.
        title: of the button.
    """
    st.download_button(
        title,
        lambda: make().to_csv(index=False),
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"csv_{file_name.removesuffix('.csv')}",
    )
