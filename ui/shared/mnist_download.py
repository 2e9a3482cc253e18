"""A button that downloads MNIST, with a progress bar."""

import streamlit as st

from mnist_models.data.download import DatasetError
from mnist_models.data.mnist import download_mnist
from mnist_models.text import t
from ui.shared.permission import may_retrain


def offer_download(beside: str = "") -> None:
    """A button that downloads MNIST and reruns the page; else a sentence about who can add it.

    Args:
        beside: the key of what it is part of, so that a page can offer it in several places.
    """
    if not may_retrain():
        st.info(
            t("MNIST is not installed here. The owner of this site can add it; visitors cannot.")
        )
        return
    if not st.button(
        t("Download MNIST (11 MB)"), icon=":material/download:", key=f"{beside}download_mnist"
    ):
        return
    with (place := st.empty()).container():
        # A click reruns this script, and the next call of the progress bar ends the download.
        st.button(t("Cancel"), icon=":material/stop:", key=f"{beside}cancel_download")
        bar = st.progress(0.0, text=t("Requesting MNIST …"))

    def show(done: int, total: int) -> None:
        text = t("{done:.1f} of {total:.1f} MB", done=done / 1e6, total=total / 1e6)
        bar.progress(min(done / total, 1.0), text=text)

    try:
        download_mnist(show)
    except DatasetError as error:
        place.empty()
        st.error(error.text, icon=":material/error:")
    else:
        st.rerun()
