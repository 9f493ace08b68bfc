"""What compiled code calls and relies on at run time: the call context, memory, boxing support, tracebacks."""
