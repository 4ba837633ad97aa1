"""Teach image classification with cats and dogs: data, models, training, predictions; no user interface."""

__version__ = "0.1.0"
