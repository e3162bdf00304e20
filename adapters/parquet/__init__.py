"""The event archive in Parquet files: partitions by kind, day and protocol, behind a manifest."""
