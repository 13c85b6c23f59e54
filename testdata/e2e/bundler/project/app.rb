require "bravo"
