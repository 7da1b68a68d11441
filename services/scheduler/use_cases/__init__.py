"""One file for each verb of the practice."""
