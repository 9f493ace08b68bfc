"""What one element of a ufunc's loop is made of: kernels for each kind of number."""
