"""Entries for ``np.linalg``: what LAPACK computes, of one matrix and of stacks of them."""
