"""Where the ink of a picture is: the steps, one after the other."""

from mnist_models.foreground.clutter import without_clutter, without_faint_ink
from mnist_models.foreground.paper import BlankDrawing, first_look, ink_on_paper
from mnist_models.foreground.ruling import without_ruling
from mnist_models.foreground.sheet import continued_sheet
from mnist_models.pictures import Grey, Ink


def find_ink(grey: Grey) -> Ink:
    """How strongly each pixel stands out from the paper around it; 0 where there is no ink.

    Other sheets, shadows, printed and ruled lines, frames and specks are no ink.

    grey: (H, W) uint8, light ink on dark or dark on light. Returns (H, W), 0 to 1. Raises
    BlankDrawing.
    """
    look = first_look(grey)
    for _ in range(2):  # a sheet in a frame, and both in a picture
        sheet = continued_sheet(grey, look.ink)
        if sheet is None:
            break
        try:
            grey, look = sheet, first_look(sheet)
        except BlankDrawing:  # nothing is written on it: it is a blot
            break
    ink, reach = ink_on_paper(grey, look)
    ink = without_faint_ink(without_clutter(without_ruling(ink)), reach)
    return ink / ink.max()
