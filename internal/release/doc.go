// Package release has stores that publish and do not wait: a goroutine that loads the
// stored value sees what the caller has read and written before. But the caller's own loads
// that follow may come before the store. So these stores are right to hand a value over or
// to release a lock, and wrong where two sides store and then read each other's word.
//
// [sync/atomic] has only the store that waits, on amd64 an XCHG, which takes 8 ns
// instead of 2. Builds with the race detector, which cannot see into assembly, use that
// store, and so do other processors, where it costs little.
//
// Nothing but edo's own packages imports this one.
package release
