//go:build !invariants && !race

package invariant

// Enabled says whether invariants are checked in this build.
const Enabled = false
