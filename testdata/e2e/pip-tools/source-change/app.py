import bravo  # changed
