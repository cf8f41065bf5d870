"""Public pages, team pages and the API."""
