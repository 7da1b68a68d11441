"""What more than one service needs; it never imports a service."""
