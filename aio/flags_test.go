package aio_test

// raceEnabled says that the tests were built with the race detector, which allocates.
var raceEnabled bool
