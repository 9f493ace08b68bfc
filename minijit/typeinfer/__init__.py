"""Type inference: which type every value has, what is known while compiling, and what each operation is bound to."""
