package edo_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/timer"
)

// busy is a task of a scope: it waits and yields now and then, spawns, cleans up, and
// leaves room when it has ended, whatever happens.
func busy(w *chaos.World, room *chaos.Room, depth int) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		room.Enter(1)
		defer room.Leave(1)
		for range w.Rand.IntN(4) {
			switch w.Rand.IntN(6) {
			case 0:
				if depth > 0 {
					h := edo.Go(task, busy(w, room, depth-1))
					w.Victim("a child", h)
				}
			case 1:
				if err := timer.Sleep(task, time.Duration(w.Rand.IntN(5))*time.Millisecond); err != nil {
					return edo.Shielded(task, func(task *edo.Task) error {
						timer.Sleep(task, time.Millisecond)
						return err
					})
				}
			case 2:
				if depth > 0 {
					if err := scope(w, task, depth-1); err != nil {
						return err
					}
				}
			case 3:
				if depth > 0 { // in turns
					turn := func(task *edo.Task) (int, error) { return 0, busy(w, room, depth-1)(task) }
					if _, err := future.TryJoinTask(task, turn, turn); err != nil {
						return err
					}
				}
			default:
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

var errChaos = errors.New("chaos")

// scope runs a scope, and checks that all is over when it has returned.
func scope(w *chaos.World, task *edo.Task, depth int) error {
	room := w.Room("a scope", 1000)
	var opts []edo.ScopeOption
	if w.Rand.IntN(4) == 0 {
		opts = append(opts, edo.ScopeTimeout(time.Duration(w.Rand.IntN(4))*time.Millisecond))
	}
	var handles []*edo.JoinHandle[edo.Unit]
	err := edo.WithScope(task, func(s *edo.Scope) error {
		for i := range 1 + w.Rand.IntN(4) {
			fn := busy(w, room, depth)
			if w.Rand.IntN(12) == 0 {
				fn = func(task *edo.Task) error { edo.Yield(task); return errChaos }
			}
			h := edo.Go(s, fn, edo.Name(fmt.Sprint("task ", i)))
			handles = append(handles, h)
			w.Victim("a task of a scope", h)
		}
		switch w.Rand.IntN(4) {
		case 0:
			_, err := handles[0].Await(task)
			return err
		case 1:
			s.Cancel()
		case 2:
			return timer.Sleep(task, time.Millisecond)
		}
		return nil
	}, opts...)
	if room.Inside() != 0 {
		w.Errorf("%d tasks go on after their scope", room.Inside())
	}
	for _, h := range handles {
		if !h.Finished() {
			w.Errorf("a handle that has not resolved after its scope")
		}
	}
	var late *edo.ScopeTimeoutError
	if err != nil && !errors.Is(err, errChaos) && !errors.As(err, &late) && !errors.Is(err, edo.ErrCancelled) {
		w.Errorf("a scope gave %v", err)
	}
	if errors.Is(err, edo.ErrCancelled) && task.Err() == nil && !errors.Is(err, errChaos) && !errors.As(err, &late) {
		return nil // a task that was aborted, and that the function has joined
	}
	if err != nil && task.Err() == nil {
		return nil
	}
	return err
}

func TestScopesOutliveTheirTasksUnderRandomAborts(t *testing.T) {
	chaos.Explore(t, 1500, func(w *chaos.World) {
		for i := range 3 {
			w.Go(fmt.Sprint("owner ", i), func(task *edo.Task) error {
				err := scope(w, task, 2)
				if err != nil && isChaos(err) {
					return nil
				}
				return err
			})
		}
	})
}

// isChaos says whether err has more in it than a cancellation.
func isChaos(err error) bool {
	var late *edo.ScopeTimeoutError
	return errors.Is(err, errChaos) || errors.As(err, &late)
}

// Every value that is spawned comes out as a result, or is dropped: never polled, or
// aborted.
func TestJoinSetLosesNothingUnderRandomAborts(t *testing.T) {
	chaos.Explore(t, 1500, func(w *chaos.World) {
		limit := w.Rand.IntN(4)
		set := edo.NewJoinSet[*chaos.Value](limit)
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

// carrier carries a value, and gives it when it has yielded often enough.
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
