"""Untrusted image bytes in, uint8 (H, W, 3) RGB arrays out."""
