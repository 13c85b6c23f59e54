package main

import (
	"example.com/bravo"
	"example.com/charlie"
)

func main() {
	println(bravo.Name, charlie.Name)
}
