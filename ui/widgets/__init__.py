"""Parts that know nothing about digits: `charts`, `cells` to choose from, `tables`, `controls`,
`images`, the page's `theme`, and the `contender_style` that tells two contenders apart.
"""
