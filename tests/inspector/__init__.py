"""Inspections that are asked for while the platform runs."""
