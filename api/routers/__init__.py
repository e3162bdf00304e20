"""One module per noun; a module that has `router` is found and served."""
