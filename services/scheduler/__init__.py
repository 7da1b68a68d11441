"""Owns decisions and appointments."""
