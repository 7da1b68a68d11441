"""Live updates: what the change stream says, handed to the pages that are open (ADR 0012)."""
