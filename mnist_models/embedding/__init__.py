"""Pictures as points by what a network's last hidden layer says of them.

`hidden_units` asks the layer, `fitting` finds the 16 components, `projection` holds them in bytes
and says where a picture is and which are nearest to it, `arrays` is how a run stores it.
"""
