// Package wire gives a test a process of its own whose only network is bad: it delays packets,
// loses them, lets them overtake each other, answers that the other side cannot be reached, or is
// cut. No packet leaves the process.
//
//	w := wire.New(t)
//	if w == nil {
//		return // the test has run in its child process
//	}
//	w.Behave(func(n int) wire.Fate { return wire.Fate{Lost: n%50 == 0} })
//	listener at wire.Near, dial its port at wire.Far
//
// It needs Linux with user and network namespaces: otherwise the test is skipped.
//
// When not to use it: for what is bad in one connection alone. A simulation, or a peer that resets
// or does not read, shows that on every system.
package wire
