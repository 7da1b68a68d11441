"""The `openchair` command, for developers and for the person on call."""
