"""`trained/`: one run a folder, which is there whole or not at all.

`run` reads one, `manifest` says what its run.json must hold, `registry` which runs there are.
`publishing` writes, activates and deletes them, `upgrade` adds what older ones lack, `quota` says
for how many there is room, `keras_export` writes .keras files.
"""
