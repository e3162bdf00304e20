"""The physics: small models that give the values on the wire the shape of a process."""
