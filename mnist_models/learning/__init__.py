"""Networks as arrays, and how they learn.

`stack` is M networks of one shape, and `inputs` what they see of pictures; `approaches` and
`recipes` name what is trained and how. `sampling` and `batches` choose rows, `augmentation`
distorts pictures, `training` is the loop and `program` its compiled steps.
"""
