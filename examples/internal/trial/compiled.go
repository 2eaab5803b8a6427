package trial

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/edo-go/edo"
)

// IsCompiled reports whether this program was built with functions that wait in frames.
func IsCompiled(t *testing.T, rt *edo.Runtime) bool {
	t.Helper()
	var stack string
	h := edo.Go(rt, func(task *edo.Task) error {
		err := edo.Yield(task)
		stack = string(debug.Stack())
		return err
	})
	err := edo.Block(rt, t.Context(), func(task *edo.Task) error {
		_, err := h.Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(stack, "_edoFrame")
}

// RequireNoBodies requires that so many clients, which wait, have no coroutines in a program that was
// compiled, and one each in another.
func RequireNoBodies(t *testing.T, rt *edo.Runtime, clients int) {
	t.Helper()
	isCompiled, n := IsCompiled(t, rt), int(rt.Metrics().Bodies)
	t.Logf("%d clients have %d coroutines; compiled: %v", clients, n, isCompiled)
	if isCompiled && n > clients/4 || !isCompiled && n < clients {
		t.Error("those are not as many as the build has")
	}
}
