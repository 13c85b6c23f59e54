import bravo
