package world_test

import (
	"errors"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// holders are programs that wait for ever, and refer to what the collector looks for when it is
// forgotten: from the stack, the function or the line in which a task waits.
var holders = map[string]func(task *edo.Task) error{
	"listener": func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", ":80")
		if err != nil {
			return err
		}
		return inTask(task, func(task *edo.Task) error {
			defer l.Close()
			_, err := l.Accept(task)
			return err
		})
	},
	"connection": func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", ":80")
		if err != nil {
			return err
		}
		c, err := socket.Dial(task, "tcp", "a:80")
		if err != nil {
			return err
		}
		s, err := l.Accept(task)
		if err != nil {
			return err
		}
		c.SetIdleTimeout(time.Hour)
		return inTask(task, func(task *edo.Task) error {
			defer s.Close()
			_, err := c.Read(task, make([]byte, 1))
			return err
		})
	},
	"datagrams": func(task *edo.Task) error {
		c, err := socket.ListenPacket(task, "udp", ":80")
		if err != nil {
			return err
		}
		return inTask(task, func(task *edo.Task) error {
			defer c.Close()
			_, _, err := c.ReadFrom(task, make([]byte, 1))
			return err
		})
	},
	"file": func(task *edo.Task) error {
		f, err := world.Here(task).Disk().Create("f")
		if err != nil {
			return err
		}
		return inTask(task, func(task *edo.Task) error {
			defer f.Close()
			return timer.Sleep(task, time.Hour)
		})
	},
	"sender": func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		return inTask(task, func(task *edo.Task) error {
			defer tx.Close()
			_, err := rx.Recv(task)
			return err
		})
	},
	"sender in line": func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer rx.Close()
		return errors.Join(tx.Send(task, 1), tx.Send(task, 2))
	},
	"seat": func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		return inTask(task, func(task *edo.Task) error {
			defer tx.Close()
			_, err := rx.Recv(task)
			return err
		})
	},
	"pipe": func(task *edo.Task) error {
		a, b := aio.Duplex(10)
		return inTask(task, func(task *edo.Task) error {
			defer b.Close()
			_, err := aio.Read(task, a, make([]byte, 1))
			return err
		})
	},
	"future": func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		_, err := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) { return rx.Recv(task) }))
		return err
	},
}

// inTask runs fn in a task of a scope.
func inTask(task *edo.Task, fn func(task *edo.Task) error) error {
	return scope.Run(task, func(s *scope.Scope) error {
		edo.Go(s, fn)
		return timer.Sleep(task, time.Hour)
	})
}

// runAndForget runs n simulations in which a host crashes, and returns their worlds, to which
// nothing else refers.
func runAndForget(t *testing.T, n int, program func(task *edo.Task) error) (worlds []weak.Pointer[world.World]) {
	t.Helper()
	for seed := range uint64(n) {
		err := in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			worlds = append(worlds, weak.Make(w))
			h := w.Host("a", program)
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			h.Restart()
			return timer.Sleep(task, time.Second)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return worlds
}

// countLeft returns how many of them are in memory when the collector has run.
func countLeft(worlds []weak.Pointer[world.World]) (left int) {
	for range 3 { // what the functions of one round have let go is for the next
		lost.Collect()
		runtime.GC()
	}
	for _, w := range worlds {
		if w.Value() != nil {
			left++
		}
	}
	return left
}

// A task of a crashed host refers to a connection, and what the collector calls for that refers to
// the simulation: nothing of it may stay when it has ended.
func TestASimulationWithCrashesLeavesNothingInMemory(t *testing.T) {
	if replays {
		t.Skip("one seed")
	}
	for name, program := range holders {
		t.Run(name, func(t *testing.T) {
			if left := countLeft(runAndForget(t, 40, program)); left > 1 { // one may be in a register
				t.Errorf("%d of 40 worlds stay", left)
			}
		})
	}
}

// A simulation that runs inside of the time of another lets go when that has ended as well.
func TestASimulationBesideAnotherLeavesNothingInMemory(t *testing.T) {
	if replays {
		t.Skip("one seed")
	}
	var worlds []weak.Pointer[world.World]
	mustRun(t, world.Config{}, func(*edo.Task, *world.World) error {
		done := make(chan struct{})
		go func() {
			defer close(done)
			worlds = runAndForget(t, 40, holders["sender"])
		}()
		<-done
		return nil
	})
	if left := countLeft(worlds); left > 1 {
		t.Errorf("%d of 40 worlds stay", left)
	}
}

// The bytes are bounded too, whatever refers to them.
func TestTheHeapDoesNotGrowWithTheNumberOfSimulations(t *testing.T) {
	if replays {
		t.Skip("one seed")
	}
	heap := func(n int) uint64 {
		for _, program := range holders {
			countLeft(runAndForget(t, n, program))
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(10)
	const most = 4 << 20
	if after := heap(60); after > before+most {
		t.Errorf("%d bytes after many simulations, %d before", after, before)
	}
}
