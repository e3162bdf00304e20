"""The HTTP interface: one router per noun over the ports of the core, and the console's files beside it."""
