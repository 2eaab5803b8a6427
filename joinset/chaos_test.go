package joinset_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/joinset"
)

// Each value is a result of the set, or is dropped, because its task was aborted or never
// polled.
func TestJoinSetLosesNothingUnderRandomAborts(t *testing.T) {
	chaos.Explore(t, 1500, func(w *chaos.World) {
		limit := w.Rand.IntN(4)
		set := joinset.New[*chaos.Value](limit)
		size := limit
		if limit == 0 {
			size = 1000
		}
		room := w.Room("a set", size)
		var spawners []*edo.JoinHandle[edo.Unit]
		for i := range 3 {
			name := fmt.Sprint("spawner ", i)
			spawners = append(spawners, w.Go(name, func(task *edo.Task) error {
				for range 1 + w.Rand.IntN(4) {
					f := &carrier{w: w, v: w.Ledger.New(name), room: room, left: w.Rand.IntN(4)}
					a, err := set.Spawn(task, f, edo.Owns(f))
					if err != nil {
						return err
					}
					w.Victim("a task of the set", a)
				}
				return nil
			}))
		}
		closes := w.Rand.IntN(4) == 0
		w.Steady("joiner", func(task *edo.Task) error {
			defer set.Drop()
			for n := 0; ; n++ {
				v, ok, err := set.Join(task)
				switch {
				case ok && err == nil:
					v.Received()
				case ok && !errors.Is(err, edo.ErrCancelled):
					w.Errorf("a result: %v", err)
				case !ok && err != nil:
					return err
				case !ok:
					over := true
					for _, h := range spawners {
						over = over && h.Finished()
					}
					if over && set.Len() == 0 {
						return nil
					}
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				if closes && n == 3 {
					set.Close()
					for _, h := range spawners {
						if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrClosed) && !errors.Is(err, edo.ErrCancelled) {
							w.Errorf("a spawner gave %v", err)
						}
					}
					return nil
				}
			}
		})
		w.Check(func() error {
			if n := set.Len(); n != 0 {
				return fmt.Errorf("%d are left", n)
			}
			return nil
		})
	})
}

// carrier is a future that yields some times, and then resolves to its value.
type carrier struct {
	w       *chaos.World
	v       *chaos.Value
	room    *chaos.Room
	left    int
	entered bool
}

func (c *carrier) Poll(cx *edo.Context) (*chaos.Value, edo.Poll, error) {
	if !c.entered {
		c.entered = true
		c.room.Enter(1)
	}
	if c.left > 0 {
		c.left--
		cx.Yield()
		return nil, edo.Pending, nil
	}
	v := c.v
	c.v = nil
	return v, edo.Ready, nil
}

// Drop is called twice: by the task, as its future and as what it owns.
func (c *carrier) Drop() {
	if c.entered {
		c.entered = false
		c.room.Leave(1)
	}
	if v := c.v; v != nil {
		c.v = nil
		v.Drop()
	}
}
