"""What tests alone may do."""
