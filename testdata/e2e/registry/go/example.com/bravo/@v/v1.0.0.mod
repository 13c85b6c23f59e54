module example.com/bravo

go 1.19

require example.com/alpha v1.0.0
