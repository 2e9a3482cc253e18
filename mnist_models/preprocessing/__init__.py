"""A drawing or a picture → the 28 × 28 picture that MNIST would have made of it.

`picture_files` tells what an untrusted file is, `decoding` turns it into pixels, `to_mnist` takes
MNIST's own steps. In between `mnist_models.foreground` tells ink from paper, `stroke_width`
measures and mends the pen with the help of `thinning`, and `shapes` tells one digit from several
and from a dot. `rasterise` draws a canvas' own strokes.
"""
