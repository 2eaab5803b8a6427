package differential

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	count  = flag.Int("tokio", 0, "random scripts for each recipe on both sides: builds the side of Tokio")
	seed   = flag.Uint64("seed", 1, "what the random scripts are drawn from")
	only   = flag.String("recipe", "", "recipes whose name matches this expression")
	replay = flag.String("script", "", "show the outcomes of this script on both sides")
	record = flag.Bool("record", false, "write what Tokio does into testdata")
)

// chosen returns the recipes of the flag.
func chosen(t *testing.T) (list []*recipe) {
	matches, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	for i := range recipes {
		if matches.MatchString(recipes[i].name) {
			list = append(list, &recipes[i])
		}
	}
	return list
}

// tokio starts the side of Tokio, or skips the test.
func tokio(t *testing.T) *process {
	t.Helper()
	if *count > 0 || *record || *replay != "" {
		if err := buildTokio(); err != nil {
			t.Fatal(err)
		}
	}
	p, err := startTokio()
	if errors.Is(err, errNotBuilt) {
		t.Skip("the side of Tokio is not built: `go test ./internal/differential -tokio 1000` builds it, with cargo")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.close() })
	return p
}

func TestEdoDoesWhatTokioDoesPollByPoll(t *testing.T) {
	p := tokio(t)
	if *replay != "" {
		show(t, p)
		return
	}
	n := *count
	if n == 0 {
		n = 20
	}
	for _, rec := range chosen(t) {
		r := rand.New(rand.NewPCG(*seed, 1))
		found := map[string]bool{}
		differ := 0
		for done := 0; done < n && len(found) < 4; {
			list := make([]*script, min(n-done, 200))
			for i := range list {
				list[i] = rec.generate(r, 4+r.IntN(30))
			}
			outcomes, err := p.play(list)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range list {
				f := rec.compare(s, playOnEdo(s), outcomes[i])
				if f == nil {
					continue
				}
				differ++
				if found[f.kind()] || len(found) > 4 {
					continue
				}
				found[f.kind()] = true
				if f, err = rec.reduce(f, p); err != nil {
					t.Fatal(err)
				}
				if !found["reduced "+f.kind()] {
					found["reduced "+f.kind()] = true
					t.Errorf("%s (%s): %v", rec.name, rec.of, f)
				}
			}
			done += len(list)
		}
		t.Logf("%s: %d scripts, %d differ", rec.name, n, differ)
	}
}

// show shows the outcomes of one script.
func show(t *testing.T, p *process) {
	s, err := parseScript(*replay)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := p.play([]*script{s})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(&finding{s, len(s.ops) - 1, playOnEdo(s), outcomes[0]})
}

const recorded = "testdata/tokio.txt"

// perRecipe is how many scripts are recorded for each recipe.
const perRecipe = 24

func TestEdoDoesWhatTokioWasRecordedToDo(t *testing.T) {
	if *record {
		writeRecord(t, tokio(t))
	}
	text, err := os.ReadFile(filepath.FromSlash(recorded))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	seen := map[string]int{}
	for len(lines) >= 2 {
		s, err := parseScript(lines[0])
		if err != nil {
			t.Fatal(err)
		}
		tokio := parseOutcomes(lines[1])
		lines = lines[2:]
		seen[s.recipe]++
		agrees := func(rec *recipe) bool { return rec.compare(s, playOnEdo(s), tokio) == nil }
		if recs := recipesFor(s.recipe); !slices.ContainsFunc(recs, agrees) {
			t.Errorf("%s: %v", s.recipe, &finding{s, len(s.ops) - 1, playOnEdo(s), tokio})
		}
	}
	for _, rec := range recipes {
		if seen[rec.name] < perRecipe {
			t.Errorf("%s: %d scripts are recorded, want %d: -record writes them", rec.name, seen[rec.name], perRecipe)
		}
	}
}

// writeRecord writes what Tokio does with random scripts.
func writeRecord(t *testing.T, p *process) {
	var b strings.Builder
	for i := range recipes {
		r := rand.New(rand.NewPCG(*seed, 2))
		var list []*script
		for range perRecipe {
			list = append(list, recipes[i].generate(r, 16+r.IntN(12)))
		}
		outcomes, err := p.play(list)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range list {
			fmt.Fprintf(&b, "%s\n%s\n", s, strings.Join(outcomes[i], "; "))
		}
	}
	if err := os.WriteFile(filepath.FromSlash(recorded), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
