"""A picture of a number, or of rows of numbers → every digit in it.

`find_digits` is the whole way; `found` is what it returns. `pieces` tells what hangs together,
`lines` which pieces make a digit and which digits a line of writing. Where digits touch, `cuts`
tells where they may be cut and `scoring` which of it a judge finds likeliest. `stroke_groups` tells
which strokes on a canvas make a digit.
"""
