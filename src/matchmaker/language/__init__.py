"""Chinese text: cleaning, words and n-grams, rarity, and sectors."""
