"""The augmentations at work: functions of a batch of images and a generator, with parameters for each image."""
