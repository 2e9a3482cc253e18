"""What goes on inside both approaches while they read a picture; shown on Draw, when asked for.

`sections` lets the visitor choose what to see: the `hidden_units` that spoke for the answers, the
map of the test pictures, and their `robustness`, how much it takes to break them. `attribution` to
pixels is computed by the server, for browsers that compute nothing, too.
"""
