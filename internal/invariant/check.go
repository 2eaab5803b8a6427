package invariant

// Check panics with what was broken when an invariant does not hold. Call it
// under [Enabled] alone.
func Check(holds bool, broken string) {
	if !holds {
		panic("edo: invariant broken: " + broken)
	}
}
