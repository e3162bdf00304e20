"""The edge: captures and wires in, rows of industrial messages out."""
