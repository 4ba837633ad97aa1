"""Pages that can be taken away: single HTML files that need no network and no other file."""

from catdog.export.report.chart import chart_page
from catdog.export.report.report import report_page

__all__ = ["chart_page", "report_page"]
