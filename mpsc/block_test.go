package mpsc_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
)

// onPlainGoroutines are ways to run fn where waiting parks the goroutine.
var onPlainGoroutines = map[string]func(rt *edo.Runtime, fn func(task *edo.Task) error) <-chan error{
	"Block": func(rt *edo.Runtime, fn func(task *edo.Task) error) <-chan error {
		done := make(chan error, 1)
		go func() { done <- edo.Block(rt, context.Background(), fn) }()
		return done
	},
	"Blocking": func(rt *edo.Runtime, fn func(task *edo.Task) error) <-chan error {
		done := make(chan error, 1)
		edo.Blocking(rt, func(task *edo.Task) (edo.Unit, error) {
			done <- fn(task)
			return edo.Unit{}, nil
		})
		return done
	},
}

func TestPlainGoroutinesTalkToTasks(t *testing.T) {
	const n = 300
	for name, on := range onPlainGoroutines {
		t.Run(name, func(t *testing.T) {
			rt, err := edo.New(edo.Config{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Shutdown(context.Background())
			there, in := mpsc.New[int](1) // full most of the time
			back, out := mpsc.New[int](1)
			sender := edo.Go(rt, func(task *edo.Task) error {
				defer there.Close()
				for i := range n {
					if err := there.Send(task, i); err != nil {
						return err
					}
				}
				return nil
			})
			receiver := edo.Go(rt, func(task *edo.Task) error {
				for i := range n {
					if v, err := out.Recv(task); v != i || err != nil {
						return fmt.Errorf("received %d, %v, want %d", v, err, i)
					}
				}
				return nil
			})
			echo := on(rt, func(task *edo.Task) error {
				defer back.Close()
				var buf []int
				for i := 0; ; i++ {
					var v int
					var err error
					if i%2 == 0 {
						v, err = in.Recv(task)
					} else if buf, err = in.RecvMany(task, buf[:0], 1); err == nil {
						v = buf[0]
					}
					if errors.Is(err, edo.ErrClosed) {
						return nil
					} else if err != nil {
						return err
					}
					switch i % 3 {
					case 0:
						err = back.Send(task, v)
					case 1:
						err = back.SendTimeout(task, v, time.Hour)
					case 2:
						var permit *mpsc.Permit[int]
						if permit, err = back.Reserve(task); err == nil {
							err = permit.Send(v)
						}
					}
					if err != nil {
						return err
					}
				}
			})
			if err := <-echo; err != nil {
				t.Error(err)
			}
			err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
				_, err1 := sender.Await(task)
				_, err2 := receiver.Await(task)
				return errors.Join(err1, err2)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBlockThatGivesUpLeavesTheLine(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(context.Background())
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	for name, fn := range map[string]func(task *edo.Task) error{
		"Send":        func(task *edo.Task) error { return tx.Send(task, 2) },
		"SendTimeout": func(task *edo.Task) error { return tx.SendTimeout(task, 2, time.Hour) },
		"Reserve":     func(task *edo.Task) error { _, err := tx.Reserve(task); return err },
		"Closed":      tx.Closed,
	} {
		ctx, cancel := context.WithCancel(context.Background())
		err := edo.Block(rt, ctx, func(task *edo.Task) error {
			cancel()
			return fn(task)
		})
		if !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("%s: %v", name, err)
		}
		check(t, rx)
	}
	chantest.Recv(t, rx, 1)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}
