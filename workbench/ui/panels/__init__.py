"""The docks: palette, inspector, funnel, drop-offs, dead ends, forecast."""
