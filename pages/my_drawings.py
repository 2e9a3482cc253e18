"""My drawings: what was drawn, what it truly was, and how well a run reads it."""

import streamlit as st

from mnist_models.drawings.drawing import CorrectionError
from mnist_models.settings import keeps_drawings, who_sees_drawings
from ui.my_drawings.downloads import offer_downloads_and_deletion
from ui.my_drawings.gallery import choose_drawings
from ui.my_drawings.reader import choose_reader, show_readings
from ui.my_drawings.session import has_kept, open_store
from ui.shared.navigation import begin, page_path

WHO_SEES_THEM = {
    "session": "Only you see these drawings, and only until you reload or close the page. After "
    "that they stay in this site's database, where no visitor sees them. Download what you want "
    "to keep, and delete what should not stay.",
    "everyone": "Everyone who opens this page sees all drawings. You can delete your own until you "
    "reload or close the page.",
}

begin("My drawings", "What was drawn, what it truly was, and how it is read.")
if not keeps_drawings():
    st.info("This site keeps no drawings.", icon=":material/block:")
    st.stop()
try:
    # Who has kept nothing in this visit owns nothing: the database need not be asked.
    store = open_store() if has_kept() or who_sees_drawings() == "everyone" else None
    drawings = store.drawings() if store else []
    if store and drawings:
        drawings = choose_drawings(drawings)
        st.caption(WHO_SEES_THEM[who_sees_drawings()])
        offer_downloads_and_deletion(drawings, store)
        show_readings(drawings, choose_reader(), store)
    else:
        st.info(
            "Nothing kept yet. Draw a digit, then tap what it was: it will be here.",
            icon=":material/draw:",
        )
        st.page_link(page_path("draw"), label="Draw a digit", icon=":material/arrow_forward:")
except CorrectionError as error:
    st.error(str(error), icon=":material/error:")
