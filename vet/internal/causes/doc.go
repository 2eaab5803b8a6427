// Package causes finds what holds up the goroutine that does it (a sleep, a read, a receive from a channel), and
// what a simulation cannot replay (the clock of the machine, random numbers of the process). It finds it in
// a function itself and by the calls that the function makes; a fact carries it to packages that import the
// function's. A call through an interface or a variable is not followed, nor are calls into the core of edo and the
// standard library, whose functions are known by name.
package causes
