"""One person: where they are declared, what is known of them, and what apply would do about them."""
