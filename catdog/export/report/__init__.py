"""Reports and charts as single HTML files, which need no network and no other file."""

from catdog.export.report.report import render_report
from catdog.export.report.templates import render_chart

__all__ = ["render_chart", "render_report"]
