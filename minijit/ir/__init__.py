"""The intermediate representation: nodes, the table of ops, printing, verification."""
