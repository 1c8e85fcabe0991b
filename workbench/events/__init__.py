"""What people did: export files become sorted, memory-mapped columns.

formats/ holds one file per export format; schema.py maps columns; ingest.py sorts; store.py is what the rest reads.
Knows nothing of journeys. Begin with store.py.
"""
