"""Audits: what a strategist would point at, each with its evidence, its method and where to look.

Begin with audit.py; finding.py says what a finding is. structure.py reads the drawing alone, losses.py the measures;
behaviour.py, forms.py, leaks.py (steps of the happy path) and trends.py (days and weeks) read the events;
checklist.py evaluates the executive checklist, lights.py the selection test of each micro-conversion.
"""
