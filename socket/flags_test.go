package socket_test

// What the build says about what can be measured: see the files beside this one.
var raceEnabled, portable bool
