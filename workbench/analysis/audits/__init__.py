"""Audits: what a strategist would point at, each with its evidence, its method and where to look.

Begin with audit.py. structure.py reads the drawing alone, losses.py the measures, behaviour.py and errors.py the
events, checklist.py the executive checklist; finding.py says what a finding is.
"""
