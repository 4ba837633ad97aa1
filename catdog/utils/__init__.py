"""What every room of the library may use: whole-file writes, locks, text, progress."""
