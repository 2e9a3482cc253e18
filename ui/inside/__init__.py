"""What goes on inside both approaches while they read a picture; shown on Draw, when asked for.

`sections` lets the visitor choose what to see: `hidden_units`, which spoke for the answers,
and `robustness`, how much it takes to break them.
"""
