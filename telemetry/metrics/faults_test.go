package metrics_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestAStallIsCounted(t *testing.T) {
	told := make(chan error, 8)
	rt := newRuntime(t, edo.Config{Workers: 1, StallAfter: time.Millisecond, OnError: func(err error) { told <- err }})
	src := metrics.New(metrics.Config{Runtime: rt})
	name := src.Runtime()
	if n := values(src.Read())["edo.stalls "+name]; n != 0 {
		t.Errorf("%v stalls before there is a task", n)
	}
	var m lock.Mutex
	edo.Go(rt, tasktest.OnACoroutine(func(task *edo.Task) error { // it waits for itself
		if err := m.Lock(task); err != nil {
			return err
		}
		return m.Lock(task)
	}))
	wait := make(chan error)
	go func() { wait <- rt.Wait() }()
	<-told
	if n := values(src.Read())["edo.stalls "+name]; n != 1 {
		t.Errorf("%v stalls", n)
	}
	rt.Shutdown(t.Context())
	<-wait
}

// An island is a stall of some tasks, while others go on.
func TestAnIslandIsCounted(t *testing.T) {
	told := make(chan error, 8)
	rt := newRuntime(t, edo.Config{Workers: 1, StallAfter: time.Millisecond, OnError: func(err error) { told <- err }})
	edo.Go(rt, tasktest.OnACoroutine(func(task *edo.Task) error {
		for {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
	}))
	var m lock.Mutex
	edo.Go(rt, tasktest.OnACoroutine(func(task *edo.Task) error {
		if err := m.Lock(task); err != nil {
			return err
		}
		return m.Lock(task)
	}))
	<-told
	src := metrics.New(metrics.Config{Runtime: rt})
	if n := values(src.Read())["edo.stalls "+src.Runtime()]; n != 1 {
		t.Errorf("%v stalls", n)
	}
}

func TestALostHandleIsCounted(t *testing.T) {
	src := metrics.New(metrics.Config{})
	before := values(src.Read())
	tx, rx := mpsc.New[int](1)
	if now := values(src.Read()); now["edo.handles.open"] <= before["edo.handles.open"] {
		t.Errorf("open: %v, and then %v", before["edo.handles.open"], now["edo.handles.open"])
	}
	tx.Drop()
	rx.Drop()
	func() { mpsc.New[string](1) }()
	for values(src.Read())["edo.handles.lost"] == before["edo.handles.lost"] {
		lost.Collect()
	}
}
