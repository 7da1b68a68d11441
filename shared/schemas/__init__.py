"""Wire models: one frozen model for each event, in a CloudEvents 1.0 envelope."""
