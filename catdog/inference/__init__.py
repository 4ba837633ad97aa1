"""Predictions of trained models through LiteRT, without TensorFlow."""
