"""Parts of pages: a folder for each page, `shared` and `widgets` for what several pages use, the
`sidebar`, and the `frame` around them all.
"""
