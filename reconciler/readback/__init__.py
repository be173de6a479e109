"""Reading the panel back: what its pages show, and how that differs from what is declared."""
