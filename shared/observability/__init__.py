"""Logs, metrics and supervised loops, without anything that identifies a client."""
