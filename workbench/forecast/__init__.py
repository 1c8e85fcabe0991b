"""What may come: what-if on the map, bands, levers, series, experiments. Pure, no Qt."""
