"""One click that downloads MNIST, with its progress."""

import streamlit as st

from mnist_models.data.download import DatasetError
from mnist_models.data.mnist import download_mnist
from ui.shared.permission import may_retrain


def offer_download(beside: str = "") -> None:
    """A button that downloads MNIST and starts the page again; or who else can add it.

    Args:
        beside: the key of what it stands in, so that a page can offer it at several places.
    """
    if not may_retrain():
        st.info("MNIST is not installed here. The owner of this site can add it; visitors cannot.")
        return
    if not st.button(
        "Download MNIST (11 MB)", icon=":material/download:", key=f"{beside}download_mnist"
    ):
        return
    with (place := st.empty()).container():
        # A click restarts this script, and the next call of the progress bar ends the download.
        st.button("Cancel", icon=":material/stop:", key=f"{beside}cancel_download")
        bar = st.progress(0.0, text="Asking for MNIST …")

    def show(done: int, total: int) -> None:
        bar.progress(min(done / total, 1.0), text=f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")

    try:
        download_mnist(show)
    except DatasetError as error:
        place.empty()
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()
