package invariant

// Check panics with the text broken if an invariant does not hold. Call it only under
// [Enabled].
func Check(holds bool, broken string) {
	if !holds {
		panic("edo: invariant broken: " + broken)
	}
}
