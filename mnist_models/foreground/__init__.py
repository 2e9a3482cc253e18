"""Which part of a picture is ink: what stands out from its paper and is no line, frame or speck.

`detection` has the steps, one after the other. `paper` knows how light the paper is at each pixel,
`sheet` finds a sheet that lies in another background, `ruling` takes lines off that are printed or
ruled, `clutter` frames, specks and what comes in from beyond the edges; `morphology` says with
OpenCV what hangs together, how deep it is and what is narrow.
"""
