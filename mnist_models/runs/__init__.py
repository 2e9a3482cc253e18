"""`trained/`: a folder per run, which exists whole or not at all.

`run` reads one, `manifest` says what its run.json must contain, `label` what people read of it,
`registry` lists them, `publishing` writes, activates and deletes them, `evaluation` scores their
networks, `upgrade` turns older ones into what is stored today, `quota` says how many there is room
for, `keras_export` writes .keras files.
"""
