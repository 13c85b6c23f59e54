require "bravo" # changed
