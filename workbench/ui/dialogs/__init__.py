"""Questions asked of the person: import, export, relink, summary."""
