"""A link as a QR code: dark on light with a light margin, on a dark page too, or phones miss it."""

import base64
import html
import io


def qr_code(link: str, alt: str) -> str:
    """An image as HTML, as wide as its place, 22 rem at most.

    Args:
        link: what it says.
        alt: what it is, for those who cannot see it.
    """
    import segno  # once somebody shares something

    file = io.BytesIO()
    # A margin of four modules, as ISO/IEC 18004 asks; errors of 15 % can be mended.
    code = segno.make(link, error="m", micro=False)
    code.save(file, kind="svg", border=4, dark="#000000", light="#ffffff", xmldecl=False)
    # An image, since `st.html` takes SVG out.
    address = "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()
    return (
        f"<img class='qr-code' src='{address}' alt='{html.escape(alt, quote=True)}' "
        "style='display:block;width:100%;max-width:22rem;margin:0 auto;background:#fff;"
        "border-radius:.5rem'>"
    )
