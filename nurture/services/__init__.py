"""One use case per module, one transaction each."""
