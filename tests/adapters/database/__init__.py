"""What is particular to the database: migrations, writers, the speed of the queue."""
