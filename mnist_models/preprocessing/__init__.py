"""A drawing or a picture → the 28 × 28 picture that MNIST would have made of it.

`picture_files` tells what an untrusted file is, `decoding` turns it into pixels, `to_mnist` takes
MNIST's own steps. In between:
`foreground` tells ink from paper, `illumination` evens out shadows, `stroke_width` measures and
mends the pen, `shapes` tells one digit from several and from a dot, `morphology` knows components
and distances; `rasterise` draws a canvas' own strokes.
"""
