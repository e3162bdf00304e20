"""What goes over the wire as JSON: one module per noun, each model built from an entity by `of`."""
