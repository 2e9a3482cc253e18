"""A sheet that lies in another background: a page on a table, a plot in a page, a framed picture.

The background was taken for the paper, and the sheet for ink.
"""

import numpy as np

from mnist_models.foreground.morphology import components, convex_hull, depth, morphed
from mnist_models.pictures import Grey, Ink

STRONG = 0.5  # of the strongest ink: the sheet
SEAM = 1 / 100  # of the longer side: so much of a sheet's edge is neither sheet nor background
SIZE = 1 / 30  # of the picture, at least
MARGIN = 0.75  # of the width of what is written on it is free along a sheet's edge


def continued_sheet(grey: Grey, ink: Ink) -> Grey | None:
    """The picture as if its sheet went on beyond the picture's edges; None if there is no sheet.

    A sheet has four corners, and what is written on it keeps away from its edges.

    grey: (H, W). ink: (H, W), how strongly each pixel stands out from the background.
    """
    strong = ink >= STRONG * ink.max()
    if strong.mean() < SIZE / 2:
        return None
    seam = 1 + round(SEAM * max(grey.shape))
    # Opened, so that the ticks of an axis do not belong to it.
    labels, boxes = components(morphed(strong, "open", (2 * seam + 1, 2 * seam + 1)))
    if len(boxes) == 0:
        return None
    largest = 1 + int(np.bincount(labels.ravel())[1:].argmax())
    corners, sheet = convex_hull(labels == largest)
    if corners != 4 or sheet.mean() < SIZE or sheet.all():
        return None
    within = depth(sheet)
    inside = within > seam
    written = inside & ~strong
    if not written.any():
        return None
    if np.percentile(within[written], 5) < MARGIN * 2 * depth(written).max():
        return None
    return np.where(inside, grey, np.uint8(np.median(grey[inside & strong])))
