package main

import (
	"context"
	"math"
	"sync"

	"github.com/thejerf/suture/v4"
)

// service is a child of a supervisor of suture. It crashes as often as crashes says, and then waits
// until it is stopped.
type service struct {
	crashes int
	running *sync.WaitGroup
}

// Serve is a run of the child.
func (s *service) Serve(ctx context.Context) error {
	if s.crashes > 0 {
		s.crashes--
		return errCrash
	}
	s.running.Done()
	<-ctx.Done()
	return ctx.Err()
}

// String is the name: without it the library would print the struct at each start.
func (*service) String() string { return "child" }

// newSuture returns a supervisor that reports nothing, and never pauses.
func newSuture() *suture.Supervisor {
	return suture.New("bench", suture.Spec{EventHook: func(suture.Event) {}, FailureThreshold: math.MaxFloat64})
}

func sutureRestarts(m *meter) {
	n := side(m.n)
	m.n = n * n
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Add(n)
	var ends []<-chan error
	for range n {
		sup := newSuture()
		sup.Add(&service{crashes: n, running: &running})
		ends = append(ends, sup.ServeBackground(ctx))
	}
	running.Wait()
	m.stop()
	cancel()
	for _, end := range ends {
		<-end
	}
}

func sutureStarts(m *meter) { sutureCrowd(m, (*meter).stop) }
func sutureStops(m *meter)  { sutureCrowd(m, (*meter).start) }

// sutureCrowd adds children to a supervisor, and stops it. It calls allRun between.
func sutureCrowd(m *meter, allRun func(m *meter)) {
	ctx, cancel := context.WithCancel(context.Background())
	sup := newSuture()
	end := sup.ServeBackground(ctx)
	var running sync.WaitGroup
	running.Add(m.n)
	for range m.n {
		sup.Add(&service{running: &running})
	}
	running.Wait()
	allRun(m)
	cancel()
	<-end
}
