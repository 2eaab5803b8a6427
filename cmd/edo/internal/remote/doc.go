// Package remote asks the console of a running program, for edo top, and has the commands edo dump and edo trace.
package remote
