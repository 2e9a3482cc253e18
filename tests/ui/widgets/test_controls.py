"""Controls that pages share, by themselves."""

from streamlit.testing.v1 import AppTest


def _pages_of_seven() -> None:
    import streamlit as st

    from ui.widgets.controls import page_of

    st.text(str(list(range(7))[page_of(7, 3, "sevens")]))
    st.text(str(list(range(3))[page_of(3, 3, "threes")]))
    st.text(str(list(range(0))[page_of(0, 3, "none")]))


def test_only_what_fills_several_pages_has_a_control_and_each_page_its_part() -> None:
    page = AppTest.from_function(_pages_of_seven).run()
    assert [text.value for text in page.text] == ["[0, 1, 2]", "[0, 1, 2]", "[]"]
    (control,) = page.pagination
    assert control.key == "sevens_of_3"
    assert control.set_value(3).run().text[0].value == "[6]"
