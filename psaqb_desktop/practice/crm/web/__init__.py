"""HTTP: routes, batches, limits and the pages that a person can read."""
