"""confusion."""
