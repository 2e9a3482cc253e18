"""The page New class, a tab for each of the `lesson_kinds`. What is taught: `examples` from an
`example_collection`, or `misread_digits`. The `lesson_panel` starts it; then come `results` with
their `try_out` and `kept_runs`. `evidence` is what was measured before.
"""
