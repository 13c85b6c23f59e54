module example.com/service

go 1.19

require (
	example.com/bravo v1.0.0
)
