"""Parts of the Lesson page."""
