"""Real servers for development and tests, started as our own processes without Docker."""
