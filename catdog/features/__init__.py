"""Features: what MobileNetV2, model4's frozen backbone, computes of an image, 1,280 numbers.

They are computed once for each image and kept in the cache. All that is learned from them is quick.
"""
