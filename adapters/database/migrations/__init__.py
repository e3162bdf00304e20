"""The history of the tables, applied by Alembic when the database is opened."""
