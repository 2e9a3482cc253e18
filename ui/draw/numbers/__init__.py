"""Several digits on Draw: the `reading` of a picture, or of strokes on the `number_canvas`, by each
approach; the `number_picture` with a frame around each digit, the `number_verdicts`, `digit_cards`,
the `opened_digit`, and a `number_correction`.
"""
