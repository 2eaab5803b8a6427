// Package remote has the commands that ask the console of a running program: edo dump and edo trace.
package remote
