//go:build !invariants && !race

package interleave

import "testing"

func TestOrdinaryBuildSkips(t *testing.T) {
	skipped := false
	t.Run("explore", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		Explore(t, func() ([]func(), func()) { panic("must not be called") })
	})
	if !skipped {
		t.Fatal("not skipped")
	}
}
