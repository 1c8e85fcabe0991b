"""The file the user saves: reading, writing, migrating, autosave."""
