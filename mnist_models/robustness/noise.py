"""Pictures with Gaussian noise, the same noise whenever it is asked for."""

import numpy as np
from numpy.typing import NDArray

from mnist_models.learning.sampling import stream
from mnist_models.pictures import SIDE, Images

FINE = 32  # parts of a standard deviation: a field is kept in whole numbers of them
_SEED = 0


def noise_fields(count: int) -> NDArray[np.int8]:
    """Noise for so many pictures, (count, 28, 28), in parts of a standard deviation.

    Values beyond four standard deviations are cut off. The first fields are the same for any count.
    """
    normal = stream(_SEED, "fields", "noise").standard_normal((count, SIDE, SIDE))
    return np.rint(np.clip(normal * FINE, -127, 127)).astype(np.int8)


def add_noise(images: Images, strength: float) -> Images:
    """Each picture with a field of its own; grey levels beyond black and white are cut off.

    Args:
        images: (n, 28, 28).
        strength: the standard deviation, as a share of the step from black to white.
    """
    noise = 255 * strength / FINE * noise_fields(len(images))
    return np.floor(np.clip(images + noise, 0, 255) + 0.5).astype(np.uint8)
