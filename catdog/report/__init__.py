"""Pages that can be taken away: single HTML files that need no network and no other file."""

from catdog.report.chart import chart_page
from catdog.report.report import report_page

__all__ = ["chart_page", "report_page"]
