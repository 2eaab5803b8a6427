package stream_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
)

// A leaf of this package has room for one task. A second one that comes to wait gets an error that
// names both, and the first is not disturbed.
func TestASecondTaskThatWaitsForALeafGetsAnErrorAndTheFirstIsNotDisturbed(t *testing.T) {
	type waits struct {
		on   string
		wait func(task *edo.Task) error
		end  func() // of the wait
	}
	for name, begin := range map[string]func() waits{
		"FromChan": func() waits {
			ch := make(chan int)
			s := stream.FromChan(ch)
			return waits{"stream: a value in a Go channel", func(task *edo.Task) error { _, _, err := edo.Next(task, s); return err }, func() { close(ch) }}
		},
		"a stream of Share": func() waits {
			source := &held{}
			h := stream.Share(source, 1)
			s := h.Subscribe()
			h.Drop()
			return waits{"stream: the next item of a shared stream", func(task *edo.Task) error { _, _, err := edo.Next(task, s); return err }, source.end}
		},
		"sink.Chan": func() waits {
			ch := make(chan int)
			to := sink.Chan(ch)
			to.StartSend(1)
			flushed := stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
				p, err := to.PollFlush(cx)
				return 0, p, err
			})
			return waits{"sink: room in a Go channel", func(task *edo.Task) error { _, _, err := edo.Next(task, flushed); return err }, func() { <-ch }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin()
			err := sim.Run(1, func(task *edo.Task) error {
				first := edo.Go(task, w.wait, edo.Name("first"))
				edo.Yield(task) // the first waits
				_, err := edo.Go(task, w.wait, edo.Name("second")).Await(task)
				busy, ok := errors.AsType[*edo.BusyError](err)
				if !ok || busy.First != "first" || busy.Second != "second" || busy.On != w.on || busy.Use == "" {
					t.Errorf("the second got %v", err)
				}
				w.end()
				_, err = first.Await(task)
				return err
			}, sim.WithConfig(sim.Config{Quiet: true})) // tasks run in their order
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// held is a stream that is pending until its end.
type held struct {
	waker edo.Waker
	over  bool
}

func (h *held) PollNext(cx *edo.Context) (int, edo.Poll, error) {
	switch {
	case !cx.Proceed(h):
		return 0, edo.Pending, nil
	case h.over:
		return 0, edo.End, nil
	}
	h.waker = cx.Waker()
	return 0, edo.Pending, nil
}

// Waits says that the end comes from outside.
func (h *held) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "held", Outside: true} }

func (h *held) end() {
	h.over = true
	h.waker.Wake()
}
