"""Entities and alerts in a relational database: SQLite in the embedded platform, PostgreSQL in a cluster."""
