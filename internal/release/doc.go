// Package release has stores that publish and do not wait: what the caller has read
// and written before is seen by whoever loads what was stored, but the caller's own
// loads that follow may come first. So they are right for handing something over or
// letting go of it, and wrong where two sides store and then look at each other.
//
// [sync/atomic] has only the store that waits, on amd64 an XCHG, which takes 8 ns
// instead of 2. The race detector cannot see into assembly, and is given that one, as
// is every processor on which it costs little.
//
// Nothing but edo's own packages imports this one.
package release
