"""Many people at work on two practices, drawn by Hypothesis, against a plain model."""
