"""A believable practice to try Openchair with; every address is of example.org."""
