"""What is shown: each thing builds a small document, and one module per format renders it."""
