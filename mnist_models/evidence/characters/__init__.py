"""252 classes, 15 drawings of each: the experiment "characters".

`trainings` are what was trained from its beginning, at each number of classes; `power_law` is how
their cost grows, `additions` is what a class more costs, and `findings` say what it all comes to.
"""
