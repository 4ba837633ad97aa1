"""Random changes to training images: the settings, Keras layers, fast transforms."""
