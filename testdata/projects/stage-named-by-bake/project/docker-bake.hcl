target "debug" {
  context = "."
  target  = "debug" # by name
}
