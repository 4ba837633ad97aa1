"""Pages that can be taken away: single HTML files that need no network and no other file."""

from catdog.export.report.chart import render_chart
from catdog.export.report.report import render_report

__all__ = ["render_chart", "render_report"]
