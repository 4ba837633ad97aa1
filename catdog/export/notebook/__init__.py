"""Write a training as a Jupyter notebook or a Python script in plain Keras, which needs nothing of this project."""

from catdog.export.notebook.course import render_course_script, render_reference_course
from catdog.export.notebook.notebook import render_notebook, render_script

__all__ = ["render_course_script", "render_notebook", "render_reference_course", "render_script"]
