"""The four models of the course: their facts, networks, layers and pretrained weights."""
