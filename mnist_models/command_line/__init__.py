"""The commands of python -m mnist_models.

`arguments` reads what was typed; each command is a function in a module of its own.
"""
