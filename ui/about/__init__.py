"""What the pages Data and How it works explain: pictures (`picture_browser`, `numbers`), how many
there are of each digit (`class_counts`), and both `approaches` with their `diagrams` and an
`example_picture`.
"""
