"""Export a trained model as a zip: the model in one of several formats, a model card and a script that uses it."""

from catdog.export.formats import FORMATS, ExportFormat
from catdog.export.package import ExportCheck, download_name, find_export, read_check
from catdog.export.process import export_run

__all__ = ["FORMATS", "ExportCheck", "ExportFormat", "download_name", "export_run", "find_export", "read_check"]
