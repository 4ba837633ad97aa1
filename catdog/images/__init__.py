"""Untrusted image bytes in, uint8 (H, W, 3) RGB arrays out."""

SIZE = 160  # pixels: height and width of the images that the models take
