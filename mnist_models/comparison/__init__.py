"""Two contenders on the same pictures: who reads more, where, and whether that may be chance.

`contenders` are what can be compared, `mistakes` the pictures behind a number, `tables` their rows.
What the numbers say is said in `sentences`, of shipped experiments in `experiment_sentences`, of a
lesson in `lesson_results`; `report` writes all of a run as one HTML file.
"""
