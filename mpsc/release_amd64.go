//go:build !race

package mpsc

// storeRelease stores v, after everything that the caller has read and written
// before. It does not wait until others see it: a load that follows may come first.
// So it is right for letting go of something, and wrong where two sides store and
// then look at each other, as rule 4 has them do.
//
// [sync/atomic] has only the store that waits, an XCHG, which takes 8 ns instead of
// 2. The race detector cannot see into assembly, and is given that one.
//
//go:noescape
func storeRelease(p *uint32, v uint32)

// relax tells the processor that the caller spins.
func relax()
