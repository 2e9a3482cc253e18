"""The experiments on how networks are put together and train.

`equal_size` sets one against ten of the same size, `training_studies` are on overfitting, sampling
and seeds, `new_class_costs` on teaching a class afterwards.
"""
