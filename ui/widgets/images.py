"""Pictures as URLs for HTML, without the charting library, which takes a second to import."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_models.pictures import Grey


def picture_url(picture: Grey) -> str:
    """A picture as a data: URL of a PNG."""
    return _url(Image.fromarray(picture), "png")


def photo_url(picture: NDArray[np.uint8], widest: int) -> str:
    """A picture as a data: URL of a JPEG on white, small enough to be sent with every answer.

    Args:
        picture: (H, W), (H, W, 3) or (H, W, 4).
        widest: pixels; it is at most twice as high.
    """
    whole = Image.fromarray(picture).convert("RGBA")
    photo = Image.new("RGB", whole.size, "white")
    photo.paste(whole, mask=whole.getchannel("A"))
    photo.thumbnail((widest, 2 * widest))
    return _url(photo, "jpeg", quality=80)


def _url(picture: Image.Image, kind: str, **options: int) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return f"data:image/{kind};base64," + base64.b64encode(file.getvalue()).decode()
