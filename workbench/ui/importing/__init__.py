"""Importing: the wizard's four steps (files, columns, events, check)."""
