"""One file per export format, recognised by content, each yielding the same event batches."""
