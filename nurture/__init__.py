"""Nurture: an email automation and nurture engine for B2B."""

__version__ = "0.1.0"
