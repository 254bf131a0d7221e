"""``ablate predict``: what an exported network says of image files."""
