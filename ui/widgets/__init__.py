"""Parts that know nothing about digits: `charts`, `cells` to choose from, `tables`, `controls`,
`images`, the page's `theme`, the `contender_style` that tells two contenders apart, and the frames
of two `answers`.
"""
