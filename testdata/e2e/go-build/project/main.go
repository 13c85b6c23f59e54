package main

import "example.com/bravo"

func main() {
	println(bravo.Name)
}
