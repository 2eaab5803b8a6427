// Package wheel has a hierarchical timer wheel: a set of entries, each with a
// deadline in milliseconds, from which those that are due are taken in order.
//
//	w := wheel.New[string](0)
//	w.Insert("tea", 180_000)
//	w.Insert("egg", 300_000)
//	w.Advance(200_000, func(due []string, when int64) {
//		fmt.Println(due, when)
//	}) // [tea] 180000
//
// It is Varghese and Lauck's scheme ("Hashed and Hierarchical Timing Wheels",
// SOSP 1987) with slots of 1 ms, 64 ms, 4.1 s and so on. An entry moves down at most
// once per level, so that one which is due within a second costs some 60 ns from
// its insertion until it has fired, with a million of them. A jump over a year in
// which nothing is due costs no more than one over a millisecond.
//
// Entries cannot be taken out one by one. Whoever cancels marks its entry, skips it
// when it fires, and throws out all marked ones with [Wheel.Sweep] when they have
// become many: a removal then costs what its share of the sweep costs, and an
// entry needs neither a position nor a link.
//
// # When not to use it
//
// A handful of timers is better off in a heap. A wheel takes 5.6 KB, and 1 KB for
// each slot that is in use.
package wheel
