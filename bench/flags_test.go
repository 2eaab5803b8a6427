package main

// race reports whether the race detector is on.
var race bool
