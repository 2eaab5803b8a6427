package world_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// talk makes a run with all kinds of faults, and returns what happened in it.
func talk(seed uint64) (string, error) {
	var log strings.Builder
	c := world.Config{Link: world.Link{Latency: time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.1}, Pieces: true}
	err := in(seed, c, func(task *edo.Task, w *world.World) error {
		client := func(task *edo.Task) error {
			me := world.Here(task)
			for i := range 1000 {
				if err := timer.Sleep(task, 50*time.Millisecond); err != nil {
					return err
				}
				f, err := me.Disk().Create("file")
				if err == nil {
					_, err = f.Write([]byte(me.Name()))
				}
				if err != nil {
					return err
				}
				host := []string{"a", "b", "c"}[i%3]
				conn, err := socket.Dial(task, "tcp", host+":7")
				if err == nil {
					_, err = aio.WriteAll(task, conn, []byte("hello"))
					conn.Close()
				}
				fmt.Fprintln(&log, w.Now(), me.Name(), i, host, err, edo.Rand(task).IntN(100), timer.Now(task))
			}
			return nil
		}
		for _, name := range []string{"a", "b", "c"} {
			w.Host(name, func(task *edo.Task) error {
				edo.Go(task, client)
				err := echo(task)
				if errors.Is(err, edo.ErrCancelled) {
					return nil
				}
				return err
			})
		}
		w.Faults(world.Faults{
			Every: 200 * time.Millisecond, Lasts: 300 * time.Millisecond, For: 4 * time.Second, Down: 2,
			Crashes: 2, Kills: 1, Pauses: 2, Partitions: 2, Cuts: 2, Clocks: 1, Aborts: 1,
		})
		if err := timer.Sleep(task, 6*time.Second); err != nil {
			return err
		}
		for _, h := range w.Hosts() {
			p, err := h.Disk().ReadFile("file")
			fmt.Fprintf(&log, "%v %q %v %d\n", h, p, err, h.Disk().Crashes())
		}
		return nil
	})
	return log.String(), err
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	runs, different := 0, map[string]bool{}
	sim.Explore(t, 60, func(seed uint64) error {
		runs++
		one, err := talk(seed)
		if err != nil {
			return err
		}
		two, err := talk(seed)
		if err != nil {
			return err
		}
		if one != two {
			a, b := strings.Split(one, "\n"), strings.Split(two, "\n")
			for i := range a {
				if i >= len(b) || a[i] != b[i] {
					return fmt.Errorf("the runs part at line %d: %q", i, a[i:min(i+3, len(a))])
				}
			}
			return errors.New("the second run goes on")
		}
		different[one] = true
		return nil
	})
	if len(different) < runs*5/6 {
		t.Errorf("%d seeds make %d different runs", runs, len(different))
	}
}
