"""The schedules of the learning rate, one a file."""
