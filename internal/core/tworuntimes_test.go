package core_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
)

func TestTasksOfTwoRuntimesTalkAndEachStaysOnItsOwn(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			ping, pings := mpsc.New[int](1)
			pong, pongs := mpsc.New[int](1)
			const turns = 2000
			ended := make(chan error, 1)
			go func() {
				ended <- edo.Run(func(task *edo.Task) error {
					defer pong.Close()
					own := inside.Runtime(task.Runtime())
					for i := range turns {
						v, err := pings.Recv(task)
						if v != i || err != nil {
							return fmt.Errorf("received %d, %v, want %d", v, err, i)
						}
						if polling := pollingHere(); polling != own {
							return fmt.Errorf("polled by a worker of %p, want %p", polling, own)
						}
						// The stackless face wakes by the context of the poll.
						if _, err := edo.Await(task, pong.SendFuture(i)); err != nil {
							return err
						}
					}
					return nil
				}, tasktest.Quiet(c.Config))
			}()
			err := edo.Run(func(task *edo.Task) error {
				defer ping.Close()
				for i := range turns {
					if _, err := edo.Await(task, ping.SendFuture(i)); err != nil {
						return err
					}
					if v, err := pongs.Recv(task); v != i || err != nil {
						return fmt.Errorf("answered %d, %v, want %d", v, err, i)
					}
				}
				return nil
			}, tasktest.Quiet(c.Config))
			if err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// pollingHere returns the inside of the runtime whose worker polls on the goroutine of the
// caller.
func pollingHere() *core.Runtime {
	for _, rt := range core.Runtimes.List() {
		if rt.Sched.OnGoroutine(gid.Get()) {
			return rt
		}
	}
	return nil
}
