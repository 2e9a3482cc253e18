"""The shipped experiments, as tables for pages.

`experiments` loads them. `training_studies` are on overfitting, sampling and seeds, `pen_widths` on
drawings by people, `equal_size` on one against ten of the same size, `rejection` on pictures of no
digit, `robustness` on disturbed ones, `numbers` on digits that touch, `new_class_costs` on
teaching; `published` has the figures of others.
"""
