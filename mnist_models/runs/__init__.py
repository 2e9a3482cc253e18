"""`trained/`: one run a folder, which is there whole or not at all.

`run` reads one and checks it, `registry` says which there are, `publishing` writes, activates and
deletes, `quota` says for how many there is room, `keras_export` writes .keras files.
"""
