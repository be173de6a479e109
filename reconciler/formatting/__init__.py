"""Member files in their canonical form: order and style alone change, never what is declared."""
