"""From whole values to machine values, and the analyses of the stage "typed" that come before."""
