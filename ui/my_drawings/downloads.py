"""Downloading the drawings as files, and deleting all of one's own."""

import tempfile
from collections.abc import Sequence
from functools import partial
from typing import BinaryIO

import streamlit as st

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.files import as_npz, write_zip
from mnist_models.drawings.store import Store
from mnist_models.text import paragraph, t


def offer_downloads_and_deletion(drawings: Sequence[Drawing], store: Store) -> None:
    """A row of buttons.

    Args:
        drawings: the ones shown, at least one.
        store: where they are.

    Raises:
        CorrectionError: they could not be deleted.
    """
    with st.container(horizontal=True):
        st.download_button(
            t("As the models see them (.npz)"), partial(as_npz, drawings), "drawings.npz",
            on_click="ignore", icon=":material/download:", key="download_npz",
        )  # fmt: skip
        st.download_button(
            t("As drawn (.zip)"), partial(_as_zip, store), "drawings.zip",
            on_click="ignore", icon=":material/download:", key="download_zip",
        )  # fmt: skip
        if mine := sum(drawing.mine for drawing in drawings):
            with st.popover(t("Delete all …"), icon=":material/delete:"):
                question = t(
                    "Delete your {count} drawing?",
                    "Delete all {count} of your drawings?",
                    count=mine,
                )
                st.markdown(paragraph(question, t("This cannot be undone.")))
                if st.button(t("Delete all"), type="primary", key="delete_all"):
                    store.forget_all()
                    st.rerun()


def _as_zip(store: Store) -> BinaryIO:
    """All drawings that the visitor may see, in a file, since Streamlit holds a copy of its own.

    Raises:
        CorrectionError: the database cannot be used.
    """
    # Without a buffer, since Streamlit takes no file that is open for both reading and writing.
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - read, and closed, later
    write_zip(store.whole_drawings(), file)
    file.seek(0)
    return file
