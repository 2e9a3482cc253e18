"""Measurements that anyone can rerun, each one command: python -m benchmarks.<name>.

`moving_picture` makes the picture at the top of the README.
"""
