"""What every HTTP surface shares: problems, limits, health, logs, authentication."""
