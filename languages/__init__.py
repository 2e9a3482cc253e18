"""The catalogues of all languages: what the code says (`extraction`), and what each of them says of
it (`catalogues`). `python -m languages` brings them up to date. Babel is needed for this only.
"""
