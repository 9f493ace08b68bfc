"""Between which numbers values lie, and what follows: checks that can't fail, forms that cost less."""
