"""The course: lessons that check what a student has done, and the words of the trade."""
