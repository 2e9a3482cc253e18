"""Two contenders on the same pictures: who reads more, where, and whether that may be chance.

`contenders` are what can be compared, `mistakes` the pictures behind a number, `sentences` say what
the numbers say, `report` writes all of it as one HTML file.
"""
