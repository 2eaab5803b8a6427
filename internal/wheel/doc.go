// Package wheel has a hierarchical timer wheel: a set of entries, each with a deadline in
// milliseconds. Entries that are due are taken out in the order of their deadlines.
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
// once per level. Among a million entries, one that is due within a second costs some
// 60 ns from its insertion until it has fired. A jump over a year in which no entry is due
// costs no more than one over a millisecond.
//
// An entry cannot be taken out alone. A user that cancels an entry marks it, skips it when
// it fires, and takes out all marked entries with [Wheel.Sweep] when they have become many.
// So a removal costs its share of the sweep, and an entry needs neither a position nor a
// link.
//
// # When not to use it
//
// A handful of timers is better off in a heap. A wheel takes 0.3 KB, 0.5 KB for each
// level that was in use, and 1 KB for each slot that is.
package wheel
