"""From machine values to native code: LLVM text, the call wrapper, object code, linking."""
