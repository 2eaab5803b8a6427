// Package invariant has checks that cost nothing unless a build turns them on.
//
// [Enabled] is a constant: true under the build tag "invariants" or the race
// detector, false otherwise, so that
//
//	if invariant.Enabled {
//		invariant.Check(n >= 0, "count below zero")
//	}
//
// leaves no code behind in an ordinary build.
package invariant
