"""The size of pictures, and names for their types."""

import numpy as np
from numpy.typing import NDArray

SIDE = 28  # pixels of MNIST's pictures, which the networks see
PIXELS = SIDE * SIDE
BOX = 20  # pixels: the longer side of MNIST's digits
CENTRE = 14  # where their centres of mass are: 13.99 and 14.01 on the test set

Grey = NDArray[np.uint8]  # (H, W) grey levels, 0 to 255
Images = NDArray[np.uint8]  # (n, 28, 28), light ink on dark
Ink = NDArray[np.floating]  # (H, W), 0 where there is none
