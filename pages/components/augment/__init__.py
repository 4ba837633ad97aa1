"""Parts of the Augment page."""
