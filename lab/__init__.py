"""A small heating plant made of real protocol stacks in network namespaces, and attacks on it.

Nothing here is part of the running product: it makes captures for the demo, for drills and for tests.
"""
