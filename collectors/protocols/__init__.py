"""One file a protocol; every `Protocol` declared here is found and used. `modbus` is the model to copy."""
