package chantest

import (
	"regexp"
	"slices"
	"testing"

	"github.com/edo-go/edo"
)

var lineNumber = regexp.MustCompile(`:\d+`)

// RequireWait requires that there is one wait, with these texts in On and By. In by, ":1"
// stands for any line number.
func RequireWait(t testing.TB, got []edo.Wait, on string, by ...string) {
	t.Helper()
	if len(got) != 1 || got[0].On != on {
		t.Fatalf("waits on %q, want %q", got, on)
	}
	var lines []string
	for _, l := range got[0].By {
		lines = append(lines, lineNumber.ReplaceAllString(l, ":1"))
	}
	if !slices.Equal(lines, by) {
		t.Fatalf("ended by %q, want %q", lines, by)
	}
}
