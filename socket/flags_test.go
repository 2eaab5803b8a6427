package socket_test

// Set by the files beside this one, for builds in which allocations cannot be counted.
var raceEnabled, portable bool
