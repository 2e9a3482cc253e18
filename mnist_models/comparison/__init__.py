"""Two contenders on the same pictures: who reads more, where, and whether that may be chance.

`contenders` are what can be compared, `mistakes` the pictures behind a number, `tables` their rows.
`sentences` put the numbers into words, `experiment_sentences` those of shipped experiments and
`lesson_sentences` the `lesson_results`; `report` writes everything on a run as one HTML file.
`judgement` decides what may be said of two answers to a picture that nobody knows the truth of.
"""
