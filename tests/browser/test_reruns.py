"""What a visitor asks for next while their page is still being drawn."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.helpers.serving import serve, settle

_APP = """
import time
import streamlit as st

@st.cache_resource
def shared():
    return {"now": 0, "most": 0}

st.title("Slow")
st.button("Again")
shared()["now"] += 1
shared()["most"] = max(shared()["most"], shared()["now"])
try:
    time.sleep(0.5)  # as a picture that is read, or a key that is deleted with all others
finally:
    shared()["now"] -= 1
st.write(f"At most {shared()['most']} at once")
"""


def test_two_runs_of_a_visitors_page_never_share_their_state_at_the_same_moment(
    page: Page, tmp_path: Path
) -> None:
    app = tmp_path / "app.py"
    app.write_text(_APP, encoding="utf-8")
    with serve({}, str(app)) as server:
        page.goto(server.url)
        settle(page)
        for _ in range(3):
            page.get_by_role("button", name="Again").click()
            page.wait_for_timeout(100)
        settle(page)
        expect(page.get_by_text("At most 1 at once")).to_be_visible()
