"""What compiled code may call: one entry per operator, builtin, method, attribute or NumPy function."""
