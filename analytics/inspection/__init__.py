"""Inspection: what half an hour of passive traffic says of each requirement for industrial control systems."""
