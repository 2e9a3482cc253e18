"""The page Tour. A step is a Markdown file in `tour/`: `step_file` reads it, `step_page` shows it.
In it stand the names of `widgets`, parts of other pages: `drawing`, `pixels`, `retraining`,
`mistakes` and `new_symbol`; and fields, which `figures` fills in from the run.
"""
