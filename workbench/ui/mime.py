"""The drag format in which the palette hands an entry to the map."""

ENTRY_MIME = "application/x-breadcrumb-entry"
