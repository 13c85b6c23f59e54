package main

import "embed"

//go:embed assets web/*.css
var files embed.FS

func main() {}
