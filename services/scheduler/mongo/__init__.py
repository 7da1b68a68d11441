"""Documents to and from the domain; one file for each collection."""
