"""Where the process of a run lives: on this machine or on a Ray cluster."""
