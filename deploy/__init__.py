"""Running Openchair: on this machine without Docker, and on Kubernetes."""
