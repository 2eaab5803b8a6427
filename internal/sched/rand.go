package sched

// Rand returns a random number, for fairness; it is not fit for secrets. It costs a
// nanosecond: each context has a generator of its own (Marsaglia's xorshift64), which the
// driver seeds, so that a seeded run draws the same numbers again. Without a driver's
// randomness, and off the worker of a seeded run, every context draws one fixed sequence:
// plain goroutines must not perturb the run.
func (cx *Context) Rand() uint32 {
	x := cx.random
	if x == 0 {
		x = cx.seed()
	}
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	cx.random = x
	return uint32(x >> 32)
}

// seed returns the first state of the generator, which must not be 0.
func (cx *Context) seed() uint64 {
	if cx.rt != nil && (cx.w != nil || !cx.rt.seeded) {
		if d, ok := cx.rt.driver.(interface{ Rand() uint64 }); ok {
			return d.Rand() | 1
		}
	}
	return 0x9e3779b97f4a7c15
}
