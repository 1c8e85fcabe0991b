"""Breadcrumb: an offline workbench in which one drawing is a funnel's definition, measurement and forecast.

Begin with `journey` (what the user drew) and `events` (what people did); `analysis` is where they meet.
"""

__version__ = "0.1.0"
