"""Charts from numbers: as SVG for pages, as PNG for mails, and papers as PDF."""
