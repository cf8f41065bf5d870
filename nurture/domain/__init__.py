"""Pure rules: the standard library only, `now` is an argument."""
