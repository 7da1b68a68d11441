"""Takes requests from the portal and holds no database credentials."""
