"""new_class."""
