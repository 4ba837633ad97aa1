"""Teach image classification with cats and dogs: data, models, training and predictions, without a user interface."""

__version__ = "0.1.0"
