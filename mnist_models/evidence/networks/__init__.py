"""The experiments on how networks are put together and train.

`ladder` goes from one network to ten, one change at a time, and `ladder_sentences` say which one
makes the difference; `equal_size` sets one against ten of
the same size, `training_studies` are on overfitting, sampling and seeds, `new_class_costs` on
teaching a class afterwards.
"""
