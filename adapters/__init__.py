"""One folder per platform; platforms never import each other."""
