//go:build unix

package edo_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
)

func interrupt(t *testing.T) {
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Error(err)
	}
}

func TestFirstSignalCancelsMainAloneAndTheOthersFinish(t *testing.T) {
	for _, c := range configs {
		t.Run(c.name, func(t *testing.T) {
			finished := false
			err := edo.Run(func(task *edo.Task) error {
				cancelled := make(chan struct{})
				edo.Blocking(task, func(*edo.Task) (int, error) {
					<-cancelled
					finished = true
					return 0, nil
				})
				interrupt(t)
				_, err := edo.Await(task, forever{})
				close(cancelled)
				return err
			}, edo.WithConfig(c.config), edo.WithSignals())
			if err != nil || !finished {
				t.Errorf("Run returned %v, the other task finished: %v", err, finished)
			}
		})
	}
}

func TestSecondSignalCancelsEveryTask(t *testing.T) {
	for _, c := range configs {
		t.Run(c.name, func(t *testing.T) {
			var other error
			err := edo.Run(func(task *edo.Task) error {
				edo.Go(task, func(task *edo.Task) error {
					_, other = edo.Await(task, forever{})
					return other
				})
				edo.Spawn(task, forever{})
				interrupt(t)
				_, err := edo.Await(task, forever{})
				interrupt(t)
				return err
			}, edo.WithConfig(c.config), edo.WithSignals())
			if err != nil || !errors.Is(other, edo.ErrCancelled) {
				t.Errorf("Run returned %v, the other task saw %v", err, other)
			}
		})
	}
}
