"""What it means: pure functions of a frozen query and an event store.

Begin with query.py and measure.py; kernels/ are the compiled loops, each with a NumPy twin.
"""
