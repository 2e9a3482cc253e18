"""Measurements that anyone can rerun, each one command: python -m benchmarks.<name>."""
