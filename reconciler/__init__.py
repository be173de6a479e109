"""Reconciler keeps QuestionPro panels equal to the member files in a git repository."""

__version__ = "0.1.0"
