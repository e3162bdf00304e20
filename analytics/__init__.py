"""The centre: what the rows mean. Rules, baselines, models, assets, inspections."""
