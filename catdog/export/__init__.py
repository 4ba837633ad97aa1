"""A trained model to take away: as a zip with the model in one of several formats, a model card and a script."""

from catdog.export.formats import FORMATS, Format
from catdog.export.package import Checked, checked, exported, file_name
from catdog.export.process import export

__all__ = ["FORMATS", "Checked", "Format", "checked", "export", "exported", "file_name"]
