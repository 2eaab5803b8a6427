package console_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
)

func TestATaskThatDoesNotYieldIsFoundWithItsStack(t *testing.T) {
	for _, style := range []string{"direct", "future"} {
		t.Run(style, func(t *testing.T) {
			p := newPlace(t, edo.Config{Workers: 2})
			var mayEnd atomic.Bool
			defer mayEnd.Store(true)
			if style == "direct" {
				edo.Go(p.rt, func(*edo.Task) error { planted.Spin(&mayEnd); return nil })
			} else {
				edo.Spawn(p.rt, planted.Spinning{MayEnd: &mayEnd})
			}
			f, _ := p.until(func(f *console.Frame, _ *console.Runtime) bool {
				return slices.ContainsFunc(f.Findings, func(f console.Finding) bool {
					return f.Kind == "poll" && strings.Contains(f.Text, "planted.Spin")
				})
			})
			poll := f.Runtimes[0].Polls[0]
			if !poll.Runs || !strings.Contains(poll.Stack, "planted.Spin(") || strings.Contains(poll.Stack, "internal/sched") {
				t.Errorf("the poll is %+v", poll)
			}
			if w := f.Runtimes[0].Workers; len(w) < 2 || w[poll.Worker].State != "stuck" || w[poll.Worker].For < 100 {
				t.Errorf("the workers are %+v", w)
			}
			if text := f.Findings[0].Text; !strings.Contains(text, "in planted.Spin at planted.go:") {
				t.Errorf("the finding is %q", text)
			}
			if w := get(p.h, "POST", "/stacks", "X-Edo-Console", "1"); !strings.Contains(w.Body.String(), "planted.Spin(") {
				t.Errorf("the stacks are %s", w.Body)
			}
		})
	}
}
