"""Git, as a program that is run: reading other states of the files, and publishing what apply learnt."""
