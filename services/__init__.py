"""The three message-driven services of Openchair; none imports another."""
