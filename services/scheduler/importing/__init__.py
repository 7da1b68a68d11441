"""Reading what a practice brings from elsewhere: pure, from a line of CSV to a typed record."""
