package differential

import (
	"fmt"
	"regexp"
	"strings"
)

// finding is the first place where both sides differ in a script.
type finding struct {
	s          *script
	at         int
	edo, tokio []string
}

// compare returns the first difference that no documentation announces, or nil.
func (rec *recipe) compare(s *script, edo, tokio []string) *finding {
	for i := range s.ops {
		a, b := at(edo, i), at(tokio, i)
		if a == "PANIC" && b == "PANIC" {
			return nil
		}
		ends := false
		for _, d := range rec.by {
			ends = ends || d.ends != nil && d.ends(s.ops[i], a, b)
			if d.equal != nil {
				a, b = d.equal(s.ops[i], a, b)
			}
		}
		if a == b {
			continue
		}
		if ends {
			return nil
		}
		return &finding{s, i, edo, tokio}
	}
	return nil
}

func at(outcomes []string, i int) string {
	if i < len(outcomes) {
		return outcomes[i]
	}
	return "(nothing)"
}

var numbers = regexp.MustCompile(`[0-9]+`)

// kind names the kind of f, so that one example of each is enough.
func (f *finding) kind() string {
	generic := func(s string) string { return numbers.ReplaceAllString(s, "#") }
	return f.s.ops[f.at].name + ": " + generic(at(f.edo, f.at)) + " | " + generic(at(f.tokio, f.at))
}

// String shows the script with both outcomes.
func (f *finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", f.s)
	for i, op := range f.s.ops[:f.at+1] {
		mark := " "
		if at(f.edo, i) != at(f.tokio, i) {
			mark = "*"
		}
		fmt.Fprintf(&b, "  %s %-18s edo %-32s tokio %s\n", mark, op, at(f.edo, i), at(f.tokio, i))
	}
	return b.String()
}

// reduce takes operations out of the script as long as there is a difference.
func (rec *recipe) reduce(f *finding, tokio *process) (*finding, error) {
	shorter := func(s *script) (*finding, error) {
		outcomes, err := tokio.play([]*script{s})
		if err != nil {
			return nil, err
		}
		return rec.compare(s, playOnEdo(s), outcomes[0]), nil
	}
	ops := f.s.ops[:f.at+1]
	for size := len(ops) / 2; size > 0; {
		found := false
		for from := bitOf(rec.after != ""); from+size <= len(ops) && !found; from++ {
			rest := append(append([]operation{}, ops[:from]...), ops[from+size:]...)
			g, err := shorter(&script{recipe: f.s.recipe, config: f.s.config, ops: rest})
			if err != nil {
				return nil, err
			}
			if g != nil {
				f, ops, found = g, g.s.ops[:g.at+1], true
			}
		}
		if !found {
			size /= 2
		} else {
			size = min(size, max(1, len(ops)/2))
		}
	}
	f.s = &script{recipe: f.s.recipe, config: f.s.config, ops: ops}
	return f, nil
}

func bitOf(b bool) int {
	if b {
		return 1
	}
	return 0
}
