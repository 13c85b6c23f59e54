import bravo

print(bravo.NAME)
