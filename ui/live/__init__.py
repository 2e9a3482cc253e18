"""What moves with the pen: the browser draws the picture and asks the networks by itself.

`preview` shows both answers below a canvas. It runs `scripts`, and asks a run's `networks`, which a
browser gets as `static_files`. `relevance` colours ink by what it said for an answer.
"""
