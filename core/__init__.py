"""The vocabulary of Liaowang: fields, rows, entities, queries, ports. Pure: no I/O and no client library."""
