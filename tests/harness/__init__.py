"""What tests stand on: real servers, the whole system, an SMTP server that follows a script."""
