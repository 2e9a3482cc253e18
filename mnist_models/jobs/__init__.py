"""Work outside the web process: one at a time on a machine, followed and cancelled by anyone.

`process` starts, follows and cancels the child, `worker` is the child's own side, `lock` makes it
the only one, in `progress` it says how far it is, and `eta` how long the rest will take.
"""
