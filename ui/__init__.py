"""Parts of pages: a folder for each page, `shared` and `widgets` for what several need, the
`sidebar`, and the `frame` around them all.
"""
