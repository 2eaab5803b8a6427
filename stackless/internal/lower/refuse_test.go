package lower

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Each function of testdata/refused is refused for the reason in its comment, and what was not
// refused still compiles.
func TestWhatIsNotKnownIsRefusedWithAReason(t *testing.T) {
	w := newWorkspace(t, "refused")
	functions, overlay := w.compile("./...")
	for _, fn := range functions {
		_, want, ok := strings.Cut(lineOf(t, fn), "// want")
		if !ok {
			continue
		}
		want = strings.TrimPrefix(want, ": ")
		var all []string
		if rest, ok := strings.CutPrefix(want, " all of "); ok {
			n, list, _ := strings.Cut(rest, ": ")
			all = strings.Split(list, "; ")
			want = all[0]
			if n != fmt.Sprint(len(fn.Reasons)) {
				t.Errorf("%s has %d reasons, want %s: %v", fn.Name, len(fn.Reasons), n, fn.Reasons)
			}
		}
		for _, want := range all {
			if !slices.ContainsFunc(fn.Reasons, func(r Reason) bool { return strings.Contains(r.Text, want) }) {
				t.Errorf("%s is not refused because %s: %v", fn.Name, want, fn.Reasons)
			}
		}
		switch {
		case want == " nothing":
			if fn.Kind != Lowered {
				t.Errorf("%s is %s: %v", fn.Name, fn.Kind, fn.Reasons)
			}
		case fn.Kind != Refused:
			t.Errorf("%s is %s, want a refusal: %s", fn.Name, fn.Kind, want)
		case !strings.Contains(fn.Reasons[0].Text, want):
			t.Errorf("%s is refused because %s, want %q", fn.Name, fn.Reasons[0].Text, want)
		case fn.Reasons[0].Pos.Line < fn.Pos.Line || fn.Reasons[0].Pos.Line > fn.End.Line:
			t.Errorf("the reason for %s is at %s, outside it", fn.Name, fn.Reasons[0].Pos)
		}
	}
	w.build(overlay)
}
