"""Templates to MIME bytes, and the signed links inside them."""
