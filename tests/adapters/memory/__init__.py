"""The stream in memory."""
