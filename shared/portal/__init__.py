"""What a practice lets its clients ask for: one set of rules, for the portal and the scheduler."""
