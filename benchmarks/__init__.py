"""`make bench`: what Openchair is measured by, each against a baseline in turn with it."""
