package sim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edo-go/edo/sim"
)

// Files that an older version has written, or a person: they are replayed as far as they can be, or the test
// fails with the name of the file. The seeds come behind them.
func TestAKeptFailureMayBeOfAnotherVersion(t *testing.T) {
	clearEnvironment(t)
	t.Chdir(t.TempDir())
	kept := filepath.Join("testdata", "sim", "TestX_sub", "kept.json")
	if err := os.MkdirAll(filepath.Dir(kept), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text   string
		seeds  string // in the order in which they run; "": the test has failed before
		failed string // a part of it; "": it passes
		logged string
	}{
		{text: `{"seed": 77}`, seeds: "[77 0 1]"},
		{text: `{"test": "TestX/sub", "seed": 77, "schedule": "0.1", "error": "old", "coverage": 3}`, seeds: "[77 0 1]"},
		{text: `{"seed": 77, "schedule": "0.1_999.ffff"}`, seeds: "[77 0 1]", logged: "TestX_sub/kept.json, under seed 77, does not fit"},
		{text: `{"seed": 13}`, seeds: "[13]", failed: "seed 13 fails: unlucky (kept in testdata"},
		{text: `{"seed": 13, "schedule": "0.1_999.ffff"}`, seeds: "[13]", failed: "seed 13 fails: unlucky (kept in testdata", logged: "TestX_sub/kept.json, under seed 13, does not fit"},
		{text: `{"seed": 77, "schedule": "a.b"}`, failed: "kept.json: "},
		{text: `{"seed": -1}`, failed: "kept.json: "},
		{text: `{"seed": 77`, failed: "kept.json: "},
		{text: ``, failed: "kept.json: "},
		{text: `<<<<<<< HEAD`, failed: "kept.json: "},
	} {
		if err := os.WriteFile(kept, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		seeds := []uint64{}
		s := &spy{name: "TestX/sub"}
		sim.Explore(s, 2, func(seed uint64) error {
			seeds = append(seeds, seed)
			var b strings.Builder
			if err := sim.Run(seed, steps(&b, 2, 2)); err != nil || seed != 13 {
				return err
			}
			return fmt.Errorf("unlucky")
		})
		if c.seeds != "" && fmt.Sprint(seeds) != c.seeds || c.failed == "" && s.failed != "" || !strings.Contains(s.failed, c.failed) {
			t.Errorf("%s: seeds %v, %q", c.text, seeds, s.failed)
		}
		if logged := strings.Join(s.logged, "\n"); !strings.Contains(logged, c.logged) || c.logged == "" && strings.Contains(logged, "fit") || strings.Contains(logged+s.failed, "without EDO_SCHEDULE") {
			t.Errorf("%s: logged %q", c.text, logged)
		}
	}
}
