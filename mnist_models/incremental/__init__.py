"""A trained run learns something more: a new class, or pictures that it misread.

`methods` names the ways, `task` says what is learned from what, `updates` trains it. A visitor's
own `lesson` is ordered and followed in `lessons`, given by `lesson_worker` and made a run by
`keep_worker`; `add_class` is the same in one call, for other programs.
"""
