"""Training one trial: configuration and data in, events and files out. Sees no recorder."""
