"""Pictures as URLs for HTML, without the charting library, which takes a second to import."""

import base64
import io

from PIL import Image

from mnist_models.pictures import Grey


def picture_url(picture: Grey) -> str:
    """A picture as a data: URL of a PNG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
