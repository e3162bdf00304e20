"""What is unusual here: exact baselines learned from a site's own traffic, and models. One file a detector."""
