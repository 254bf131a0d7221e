"""Self-supervised learning: a network learns from two random views of each image, without labels."""
