"""Spreadsheets and exports → member files."""
