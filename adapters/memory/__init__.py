"""Adapters that keep everything in this process and nothing after it."""
