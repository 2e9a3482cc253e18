"""How much a picture can be disturbed before a model reads another digit.

`perturbations` names the disturbances and their strengths: `noise`, a hidden square and a turn of
`geometry`, and another `pen_width`. `breaking_points` says where an answer gives way to each, and
`deepfool` looks for the smallest change of pixels to which it does, by the gradient of
`attribution`, which says which pixels spoke for an answer.
"""
