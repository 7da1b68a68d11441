"""E-mails clients what staff decided, once; flat, since it has one job."""
