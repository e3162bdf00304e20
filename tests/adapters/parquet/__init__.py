"""What is particular to the Parquet archive: crashes, damage, merging, full disks."""
