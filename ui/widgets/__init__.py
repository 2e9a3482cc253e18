"""What knows nothing of digits: `charts`, `cells` to choose, `tables`, `controls`, `images`, and
the `contender_style` that tells two contenders apart.
"""
