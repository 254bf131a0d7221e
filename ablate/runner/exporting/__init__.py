"""``ablate export``: a trained network as a folder that works without this package."""
