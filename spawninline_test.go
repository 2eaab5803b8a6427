package edo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/timer"
)

// countdown is a small future without pointers.
type countdown struct{ from int }

func (c *countdown) Poll(cx *edo.Context) (string, edo.Poll, error) {
	if c.from == 0 {
		return "lift-off", edo.Ready, nil
	}
	c.from--
	cx.Yield()
	return "", edo.Pending, nil
}

func ExampleSpawnInline() {
	edo.Run(func(task *edo.Task) error {
		h := edo.SpawnInline[string](task, countdown{from: 3})
		fmt.Println(h.Await(task))
		return nil
	})
	// Output: lift-off <nil>
}

// nap is a future that contains a timer, and may end before the timer is due. The timer wheel
// still refers to the stopped timer.
type nap struct {
	long  timer.Sleeper
	polls int
}

func (n *nap) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if n.polls++; n.polls == 1 {
		n.long.Reset(2 * time.Millisecond)
	}
	if _, p, _ := n.long.Poll(cx); p == edo.Ready || n.polls == 2 {
		return edo.Unit{}, edo.Ready, nil
	}
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

func (n *nap) Drop() { n.long.Drop() }

func TestInlinedTimerMayEndBeforeItIsDue(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		for range 100 {
			for range 100 {
				edo.SpawnInline[edo.Unit](task, nap{})
			}
			if err := timer.Sleep(task, time.Millisecond); err != nil { // the wheel turns meanwhile
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInlinedFutureOfNoSize(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.SpawnInline[edo.Unit](task, none{}).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type none struct{}

func (*none) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, nil }

// The allocations of a task from its spawn to its end.
func TestSpawnAllocatesTheTaskAlone(t *testing.T) {
	edo.Run(func(task *edo.Task) error {
		each := func(spawn func() *edo.JoinHandle[edo.Unit]) float64 {
			for range 1000 { // arrays that grow, once
				spawn().Await(task)
			}
			return testing.AllocsPerRun(500, func() { spawn().Await(task) })
		}
		for _, c := range []struct {
			name  string
			most  float64
			spawn func() *edo.JoinHandle[edo.Unit]
		}{
			{"Spawn", 1, func() *edo.JoinHandle[edo.Unit] { return edo.Spawn(task, tasktest.ReadyUnit{}) }},
			{"SpawnInline", 1, func() *edo.JoinHandle[edo.Unit] {
				return edo.SpawnInline[edo.Unit](task, tasktest.YieldsTimes{Left: 3})
			}},
		} {
			if n := each(c.spawn); n > c.most {
				t.Errorf("%s allocates %v times, not %v", c.name, n, c.most)
			}
		}
		return nil
	})
}
