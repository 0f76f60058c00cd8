"""Evidence: what citizens attach is fetched at once, hashed, and kept under the data directory."""
