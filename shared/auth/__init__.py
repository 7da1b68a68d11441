"""Who is asking: bearer tokens checked against a key set, and the actors they stand for."""
