package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/story"
	"github.com/edo-go/edo/timer"
)

// diary is a program that writes down what its tasks do, in order: they wait, yield, go on at once, begin others,
// are aborted, and end.
func diary(b *strings.Builder) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		tx, rx := mpsc.New[int](2)
		var first edo.AbortHandle
		for i := range 5 {
			tx := tx.Clone()
			h := edo.Go(task, func(task *edo.Task) error {
				for k := range 4 {
					fmt.Fprint(b, i, ".", k, " ")
					if err := tx.Send(task, 10*i+k); err != nil {
						fmt.Fprint(b, "!", i, " ")
						return nil
					}
					switch (i + k) % 4 {
					case 0:
						edo.Yield(task)
					case 1:
						edo.Go(task, func(task *edo.Task) error { fmt.Fprint(b, "c", i, k, " "); return nil })
					case 2:
						if err := timer.Sleep(task, time.Duration(k)*time.Millisecond); err != nil {
							fmt.Fprint(b, "?", i, " ")
							return nil
						}
					}
				}
				return nil
			}, edo.Owns(tx))
			if i == 0 {
				first = h.AbortHandle()
			}
		}
		tx.Close()
		for n := 0; ; n++ {
			v, err := rx.Recv(task)
			if err != nil {
				return nil
			}
			fmt.Fprint(b, "r", v, " ")
			if n == 5 {
				first.Abort()
			}
		}
	}
}

// What looks at a simulation does not change it.
func TestARunIsTheSameWhenItIsWatched(t *testing.T) {
	for seed := range uint64(300) {
		for name, c := range map[string]sim.Config{"": {}, "quiet, ": {Quiet: true}, "late, ": {Late: 3 * time.Millisecond}} {
			run := func(c sim.Config, before func(task *edo.Task)) string {
				var b strings.Builder
				main := diary(&b)
				err := sim.Run(seed, func(task *edo.Task) error {
					before(task)
					return main(task)
				}, sim.WithConfig(c))
				if err != nil {
					t.Fatal(err)
				}
				return b.String()
			}
			nothing := func(*edo.Task) {}
			alone := run(c, nothing)
			traced := c
			traced.Trace = func(int, int) {}
			told := c
			told.Story = story.Brief()
			var stepped strings.Builder
			c.Seed = seed
			s := sim.New(c)
			s.Start(diary(&stepped))
			for s.Step() {
			}
			if err := s.Wait(); err != nil {
				t.Fatal(err)
			}
			for how, got := range map[string]string{
				"traced": run(traced, nothing), "told": run(told, nothing), "stepped": stepped.String(),
				"with an invariant": run(c, func(task *edo.Task) { sim.Always(task, "nothing", func() error { return nil }) }),
			} {
				if got != alone {
					t.Fatalf("%sseed %d, %s:\n%s\nand alone:\n%s", name, seed, how, got, alone)
				}
			}
		}
	}
}
