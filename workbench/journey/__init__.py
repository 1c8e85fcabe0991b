"""What the user drew: frozen values of the standard library, and the edits that turn one journey into the next.

No files, no data, no Qt. Begin with journey.py, then element.py, rule.py and edits.py.
"""
