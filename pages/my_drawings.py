"""My drawings: the drawings that were kept, their true digits, and how well a run reads them."""

import streamlit as st

from mnist_models.errors import ExpectedError
from mnist_models.settings import keeps_drawings, who_sees_drawings
from mnist_models.text import Texts, t
from ui.my_drawings.downloads import offer_downloads_and_deletion
from ui.my_drawings.forgetting import say_what_is_kept
from ui.my_drawings.gallery import choose_drawings
from ui.my_drawings.reader import choose_reader, show_readings
from ui.my_drawings.session import open_store
from ui.shared.navigation import begin, page_path
from ui.shared.visitor import known_visitor

WHO_SEES_THEM = Texts(
    {
        "session": t(
            "Only you see these drawings. They are in this site's database, where no other visitor "
            "can see them."
        ),
        "everyone": t(
            "Everyone who opens this page sees all drawings. Only you can delete your own."
        ),
    }
)

begin(t("My drawings"), t("What was drawn, which digit it was, and how a run reads it."))
try:
    # Strangers own nothing: no need to ask the database.
    asks = known_visitor() if who_sees_drawings() == "session" else keeps_drawings()
    store = open_store() if asks else None
    drawings = store.drawings() if store else []
    if store and drawings:
        drawings = choose_drawings(drawings)
        st.caption(WHO_SEES_THEM[who_sees_drawings()])
        offer_downloads_and_deletion(drawings, store)
        if reader := choose_reader():
            show_readings(drawings, reader, store)
    elif keeps_drawings():
        st.info(
            t("No drawings yet. Draw a digit and say which one it was, and it will appear here."),
            icon=":material/draw:",
        )
        st.page_link(page_path("draw"), label=t("Draw a digit"), icon=":material/arrow_forward:")
    else:
        st.info(t("This site keeps no drawings."), icon=":material/block:")
except ExpectedError as error:
    st.error(error.text, icon=":material/error:")
finally:  # whatever goes wrong above
    say_what_is_kept()
