package edo_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

func TestTasksOfTwoRuntimesTalkAndEachStaysOnItsOwn(t *testing.T) {
	for _, c := range configs {
		t.Run(c.name, func(t *testing.T) {
			ping, pings := mpsc.New[int](1)
			pong, pongs := mpsc.New[int](1)
			const turns = 2000
			ended := make(chan error, 1)
			go func() {
				ended <- edo.Run(func(task *edo.Task) error {
					defer pong.Close()
					own := task.Runtime()
					for i := range turns {
						v, err := pings.Recv(task)
						if v != i || err != nil {
							return fmt.Errorf("received %d, %v, want %d", v, err, i)
						}
						if polling := edo.PollingHere(); polling != own {
							return fmt.Errorf("polled by a worker of %p, want %p", polling, own)
						}
						// The stackless face wakes by the context of the poll.
						if _, err := edo.Await(task, pong.SendFuture(i)); err != nil {
							return err
						}
					}
					return nil
				}, quiet(c.config))
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
			}, quiet(c.config))
			if err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
