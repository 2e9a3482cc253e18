"""The shipped experiments, as tables for pages.

`experiments` loads them. `networks` are on how networks are put together and train, `characters` on
252 classes, `pen_widths` on drawings by people, `rejection` on pictures of no digit, `robustness`
on disturbed ones, `numbers` on digits that touch; `published` has the figures of others.
"""
