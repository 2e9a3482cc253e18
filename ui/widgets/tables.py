"""A table and its CSV, the same for every table of the pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from mnist_models.formatting import count_text, number_writer
from mnist_models.text import t, translated
from mnist_models.translation import ENGLISH, in_this_language, language

_MISSING = "–"  # stands where there is no figure
_NARROW = 3  # columns; of more, the first stays in sight while the others are scrolled


@dataclass(frozen=True)
class Column:
    """How a field of a table is shown.

    Attributes:
        title: the heading, on the page and in the CSV; if empty, the name of the field.
        write: makes text of a value that is there, see `mnist_models.formatting`; if None, whole
            numbers stand with separators, other numbers with two decimals, and all else as it is.
    """

    title: str = ""
    write: Callable[[Any], str] | None = None


Columns = Mapping[str, Column]  # by the name of the field
_PLAIN: Columns = MappingProxyType({})


def show_table(frame: pd.DataFrame, *, file_name: str, alt: str, columns: Columns = _PLAIN) -> None:
    """A table that can be sorted by clicking a heading, with a button below that saves it as CSV.

    Args:
        frame: what to show, a column per field in this order; the index is left out. Where it has
            no value, the table has a dash.
        file_name: of the CSV, like "mistakes.csv"; the button's key is then `csv_mistakes`.
        alt: what the table shows, for those who cannot see it.
        columns: how the fields are shown; the CSV has the same titles, and plain numbers where the
            frame has numbers; a median with its range is text in both, and sorted as text.
    """
    show_frame(frame, alt=alt, columns=columns)
    offer_csv(partial(_titled, frame, columns), file_name=file_name)


def show_frame(frame: pd.DataFrame, *, alt: str, columns: Columns = _PLAIN) -> None:
    """The same without a CSV."""
    fields = [str(field) for field in frame]
    writers: Any = {field: _writer(frame[field], columns) for field in fields}
    pinned = fields[:1] if len(fields) > _NARROW else []
    st.dataframe(
        frame.style.format(writers, na_rep=_MISSING),
        hide_index=True,
        height="content",
        column_config={
            field: st.column_config.Column(_title(field, columns), pinned=field in pinned)
            for field in fields
        },
        placeholder=_MISSING,
        alt=alt,
    )


def _title(field: str, columns: Columns) -> str:
    return translated(columns.get(field, Column()).title) or field


def _titled(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    return frame.set_axis([_title(str(field), columns) for field in frame], axis="columns")


def _writer(values: pd.Series, columns: Columns) -> Callable[[Any], str]:
    written = columns.get(str(values.name), Column()).write
    if written:
        return written
    if pd.api.types.is_integer_dtype(values):
        return count_text
    return number_writer(",.2f") if pd.api.types.is_float_dtype(values) else str


@st.fragment  # opening it does not rerun the rest of the page
def offer_table(
    title: str,
    make: Callable[[], pd.DataFrame],
    *,
    key: str,
    file_name: str,
    alt: str,
    columns: Columns = _PLAIN,
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


def offer_csv(make: Callable[[], pd.DataFrame], *, file_name: str, title: str = "") -> None:
    """A button that saves a table as CSV; the table is made when the button is clicked.

    Args:
        make: returns the table; the index is left out. It runs outside the page's script, so it
            must not call Streamlit.
        file_name: like "mistakes.csv"; the button's key is then `csv_mistakes`.
        title: of the button; if empty, that it saves the table.
    """
    st.download_button(
        title or t("Save as CSV"),
        in_this_language(lambda: as_csv(make())),
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"csv_{file_name.removesuffix('.csv')}",
    )


def as_csv(frame: pd.DataFrame) -> str:
    """A table as CSV; by a mark in front, spreadsheets read letters that English has not."""
    mark = "" if language() == ENGLISH else "\N{ZERO WIDTH NO-BREAK SPACE}"
    return mark + frame.to_csv(index=False)
