package edo_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
)

func TestInABubbleOfSynctestEdoSaysThatItCannotRun(t *testing.T) {
	outer, err := edo.New(edo.Config{OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		never := func(*edo.Task) error { t.Error("it runs"); return nil }
		stepped := sim.New(sim.Config{Seed: 1})
		stepped.Start(never)
		stepped.RunUntilIdle()
		_, newErr := edo.New(edo.Config{})
		_, futureErr := edo.RunFuture(edo.Async(func(*edo.Task) (int, error) { t.Error("it runs"); return 0, nil }))
		for name, err := range map[string]error{
			"Run":            edo.Run(never),
			"current thread": edo.Run(never, edo.WithConfig(edo.Config{CurrentThread: true})),
			"RunFuture":      futureErr,
			"New":            newErr,
			"Block":          edo.Block(outer, context.Background(), never),
			"sim.Run":        sim.Run(1, never),
			"sim, by steps":  stepped.Wait(),
		} {
			if err == nil || !strings.Contains(err.Error(), "testing/synctest") || !strings.Contains(err.Error(), "package sim") {
				t.Errorf("%s: %v", name, err)
			}
		}
		h := edo.Blocking(outer, func(*edo.Task) (int, error) { t.Error("it runs"); return 0, nil })
		if !h.Finished() {
			t.Error("Blocking waits for something")
		}
	})
	if err := outer.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "testing/synctest") {
		t.Errorf("what became of Blocking: %v", err)
	}
	if err := edo.Run(func(task *edo.Task) error { return edo.Yield(task) }); err != nil {
		t.Errorf("afterwards, outside: %v", err)
	}
}

func TestAMockTaskWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := edo.Async(func(task *edo.Task) (int, error) { return 4, edo.Yield(task) })
		task := edotest.NewTask()
		edotest.RequirePending(t, task, f)
		if v := edotest.RequireReady(t, task, f); v != 4 {
			t.Error(v)
		}
	})
}
