"""Pages and fragments. Each view finds, asks once, and renders."""
