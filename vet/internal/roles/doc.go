// Package roles tells on whose turn a function runs: as a task of its own, in the poll of another one, at once in
// the call that it is passed to, or on a goroutine of its own. It knows edo's functions by the //edo: directives of
// their sources and by name, and those that pass a function parameter on by looking: the facts of a package
// tell those that import it.
package roles
