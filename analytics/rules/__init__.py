"""Detection rules: Sigma YAML with our keys, checked and compiled into the query tree, run over batches of rows.

`load` reads a folder, `engine` runs what it holds, `correlation` counts over event time, `trial` runs the
tests that every rule carries inside.
"""
