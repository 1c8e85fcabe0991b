"""Compiled loops over hits and rows, each with a slow twin in the tests.

They are plain Python that numba compiles; without numba, or before it is done, they run as they are.
Begin with compiler.py, then choice.py (paths of a graph) and linear.py (plain funnels).
"""
