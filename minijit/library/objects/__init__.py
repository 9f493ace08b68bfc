"""What is neither number nor array: tuples, ranges, slices, classes; and iterating over whatever can be."""
