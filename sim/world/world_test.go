package world_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// replays says that one seed alone is run.
var replays = os.Getenv(sim.SeedVariable) != ""

// in runs a test in a world, under one seed.
func in(seed uint64, c world.Config, main func(task *edo.Task, w *world.World) error) error {
	return sim.Run(seed, func(task *edo.Task) error {
		w, err := world.New(task, c)
		if err != nil {
			return err
		}
		return main(task, w)
	}, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}})) // Run returns what counts
}

// mustRun is in for a test of one seed.
func mustRun(t *testing.T, c world.Config, main func(task *edo.Task, w *world.World) error) {
	t.Helper()
	if err := in(1, c, main); err != nil {
		t.Fatal(err)
	}
}

// echo is a server that sends back what it reads.
func echo(task *edo.Task) error {
	l, err := socket.Listen(task, "tcp", ":7")
	if err != nil {
		return err
	}
	for {
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			defer conn.Close()
			_, err := aio.Copy(task, conn, conn)
			return ignoreReset(err)
		})
	}
}

// ignoreReset is for connections that a fault ends.
func ignoreReset(err error) error {
	if err != nil && (strings.Contains(err.Error(), "reset") || strings.Contains(err.Error(), "pipe") || strings.Contains(err.Error(), "timed out")) {
		return nil
	}
	return err
}

// ask sends text to the echo server of a host, and returns what comes back.
func ask(task *edo.Task, host, text string) (string, error) {
	conn, err := socket.Dial(task, "tcp", host+":7")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := aio.WriteAll(task, conn, []byte(text)); err != nil {
		return "", err
	}
	p := make([]byte, len(text))
	_, err = aio.ReadFull(task, conn, p)
	return string(p), err
}

func TestAHostAnswersByName(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		w.Host("a", echo)
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		got, err := ask(task, "a", "hello")
		if err == nil && got != "hello" {
			err = fmt.Errorf("got %q", got)
		}
		return err
	})
}

func TestALinkTakesItsTime(t *testing.T) {
	mustRun(t, world.Config{Link: world.Link{Latency: 10 * time.Millisecond}}, func(task *edo.Task, w *world.World) error {
		w.Host("a", echo)
		var took time.Duration
		w.Host("b", func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			before := w.Now()
			_, err := ask(task, "a", "hello")
			took = w.Now() - before
			return err
		})
		if err := timer.Sleep(task, 3*time.Second); err != nil {
			return err
		}
		if took != 40*time.Millisecond { // there and back, twice
			return fmt.Errorf("a connection, a question and an answer took %v", took)
		}
		return nil
	})
}

func TestACrashedHostRunsNothingMore(t *testing.T) {
	sim.Explore(t, 300, func(seed uint64) error {
		deferred, polls := 0, 0
		err := in(seed, world.Config{}, func(task *edo.Task, w *world.World) error {
			// The subject is what becomes of stacks.
			h := w.Host("a", tasktest.OnACoroutine(func(task *edo.Task) error {
				defer func() { deferred++ }()
				for range 3 {
					edo.Go(task, tasktest.OnACoroutine(func(task *edo.Task) error {
						defer func() { deferred++ }()
						for {
							polls++
							if err := timer.Sleep(task, time.Millisecond); err != nil {
								return err
							}
						}
					}))
				}
				return timer.Sleep(task, time.Hour)
			}))
			if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
				return err
			}
			h.Crash(world.Silent)
			before := polls
			if before == 0 {
				return errors.New("nothing ran before the crash")
			}
			if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
				return err
			}
			switch {
			case polls != before:
				return fmt.Errorf("%d polls after the crash", polls-before)
			case deferred != 0:
				return fmt.Errorf("%d deferred calls ran", deferred)
			case h.Running():
				return errors.New("a host that has crashed runs")
			}
			return nil
		})
		if err == nil && deferred != 4 {
			err = fmt.Errorf("%d of 4 stacks were given back", deferred)
		}
		return err
	})
}

func TestAConnectionToACrashedHost(t *testing.T) {
	for _, c := range []struct {
		how   world.Farewell
		after time.Duration
		want  string
	}{
		{world.Reset, 0, "connection reset"},
		{world.Silent, 150 * time.Second, "timed out"},
	} {
		mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
			h := w.Host("a", echo)
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			conn, err := socket.Dial(task, "tcp", "a:7")
			if err != nil {
				return err
			}
			defer conn.Close()
			before := w.Now()
			h.Crash(c.how)
			_, err = conn.Read(task, make([]byte, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				return fmt.Errorf("read: %v, want %s", err, c.want)
			}
			if took := w.Now() - before; took != c.after {
				return fmt.Errorf("it took %v, want %v", took, c.after)
			}
			return nil
		})
	}
}

func TestAPartitionDelaysAndAHealDelivers(t *testing.T) {
	mustRun(t, world.Config{Link: world.Link{Latency: time.Millisecond}}, func(task *edo.Task, w *world.World) error {
		a := w.Host("a", echo)
		var got string
		b := w.Host("b", func(task *edo.Task) error {
			if err := timer.Sleep(task, 2*time.Second); err != nil {
				return err
			}
			var err error
			got, err = ask(task, "a", "hello")
			return err
		})
		w.At(time.Second, func() { w.Partition([]*world.Host{a}, []*world.Host{b}) })
		if err := timer.Sleep(task, 5*time.Second); err != nil {
			return err
		}
		if got != "" {
			return fmt.Errorf("%q came through a partition", got)
		}
		w.Heal()
		if err := timer.Sleep(task, 20*time.Second); err != nil {
			return err
		}
		if got != "hello" {
			return fmt.Errorf("got %q after the heal", got)
		}
		return nil
	})
}

func TestARestartedHostHasItsDisk(t *testing.T) {
	mustRun(t, world.Config{}, func(task *edo.Task, w *world.World) error {
		starts := 0
		h := w.Host("a", func(task *edo.Task) error {
			starts++
			d := world.Here(task).Disk()
			if starts == 2 {
				p, err := d.ReadFile("synced")
				if err == nil && string(p) != "data" {
					err = fmt.Errorf("the file has %q", p)
				}
				return err
			}
			f, err := d.Create("synced")
			if err != nil {
				return err
			}
			if _, err := io.WriteString(f, "data"); err != nil {
				return err
			}
			if err := errors.Join(f.Sync(), d.SyncDir(".")); err != nil {
				return err
			}
			return timer.Sleep(task, time.Hour)
		})
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		h.Restart()
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if starts != 2 {
			return fmt.Errorf("%d starts", starts)
		}
		return nil
	})
}
