"""The test pictures as points, by what the last hidden layer says of them; see `embedding`.

`map_files` publishes what a browser needs of a run, `availability` says why there is none,
`point_map` draws maps, and `drawing_map` is the section on Draw, where the drawing is a point too.
"""
