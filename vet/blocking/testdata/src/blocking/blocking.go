package blocking

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"

	"helper"
)

func direct(task *edo.Task) error {
	time.Sleep(time.Second)              // want `a task calls time.Sleep, and holds up its worker: use timer.Sleep`
	helper.Output("true")                // want `a task calls Output, which calls exec.Cmd.Output, and holds up its worker: use edo.Call`
	helper.Deep("true")                  // want `a task calls Deep, which calls Output, which calls exec.Cmd.Output, and`
	conn, err := net.Dial("tcp", ":0")   // want `a task calls net.Dial, and holds up its worker: use package socket`
	local()                              // want `a task calls local, which receives from a channel`
	func() { time.Sleep(time.Second) }() // want `time.Sleep`
	defer time.Sleep(time.Second)        // want `time.Sleep`
	if err == nil {
		conn.Close()
	}
	return nil
}

func right(task *edo.Task) error {
	helper.Parallel()
	helper.Later("true")
	helper.Allowed("true")
	go func() { time.Sleep(time.Second) }()
	later := func() { time.Sleep(time.Second) }
	go later()
	out, err := edo.Call(task, func(context.Context) ([]byte, error) { return helper.Output("true") })
	if err != nil {
		return err
	}
	edo.Blocking(task, func(task *edo.Task) (int, error) {
		time.Sleep(time.Second)
		return 0, apart(task)
	})
	time.Sleep(0) //edo:allow blocking it is a test of this very comment
	//edo:allow blocking so is this
	time.Sleep(0)
	_ = out
	return timer.Sleep(task, time.Second)
}

// allowed may block, all of it.
//
//edo:allow blocking it runs on a runtime of its own
func allowed(task *edo.Task) {
	time.Sleep(0)
}

// apart is called by a function that runs on a goroutine of its own.
func apart(task *edo.Task) error {
	time.Sleep(time.Second)
	return nil
}

func passed(task *edo.Task) (int, error) {
	time.Sleep(time.Second)
	return 0, nil
}

func wrapped(s edo.Spawner, fn func(task *edo.Task) (int, error)) { edo.Blocking(s, fn) }

func spawns(rt *edo.Runtime) {
	edo.Blocking(rt, passed)
	wrapped(rt, func(task *edo.Task) (int, error) {
		time.Sleep(time.Second)
		return 0, nil
	})
	edo.Go(rt, func(task *edo.Task) error {
		time.Sleep(time.Second) // want `time.Sleep`
		return nil
	})
	time.Sleep(time.Second) // no task
}

var signal = make(chan int)

func local() { <-signal }

func channels(task *edo.Task, given chan int, wg *sync.WaitGroup) {
	<-given     // want `a task receives from a channel, and holds up its worker: use a channel of edo, or stream.FromChan`
	given <- 1  // it may have room
	signal <- 1 // want `sends on a channel without a buffer`
	room := make(chan int, 1)
	room <- 1
	<-room
	for range given { // want `ranges over a channel`
	}
	select { // want `waits in a select`
	case <-given:
	case v := <-signal:
		_ = v
	}
	select {
	case <-given:
	default:
	}
	wg.Wait()               // want `sync.WaitGroup.Wait`
	<-task.Context().Done() // want `receives from a channel`
}

type leaf struct{ mu sync.Mutex }

func (l *leaf) Poll(cx *edo.Context) (int, edo.Poll, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	time.Sleep(time.Second) // want `a poll calls time.Sleep`
	return 0, edo.Ready, nil
}

func slow(v int) int {
	time.Sleep(time.Second) // want `a function that is called in a poll calls time.Sleep`
	return v
}

func combinators(task *edo.Task, f edo.Future[int], rx *mpsc.Receiver[int]) {
	_ = future.Map(f, func(v int) int {
		time.Sleep(time.Second) // want `a function that is called in a poll calls time.Sleep`
		return v
	})
	_ = stream.Map(rx, slow)
	scope.Run(task, func(s *scope.Scope) error {
		time.Sleep(time.Second) // want `a task calls time.Sleep`
		return nil
	})
	edo.Shielded(task, func(task *edo.Task) error {
		time.Sleep(time.Second) // want `a task calls time.Sleep`
		return nil
	})
}

type server struct {
	mu  sync.Mutex
	all sync.RWMutex
	tx  *mpsc.Sender[int]
}

func (s *server) held(task *edo.Task, early bool) error {
	s.mu.Lock()
	if early {
		s.mu.Unlock()
		return s.tx.Send(task, 1)
	}
	if err := s.tx.Send(task, 1); err != nil { // want `the task may wait here, and holds s.mu, a mutex of package sync`
		s.mu.Unlock()
		return err
	}
	s.mu.Unlock()
	if err := s.tx.Send(task, 2); err != nil {
		return err
	}
	s.all.RLock()
	defer s.all.RUnlock()
	task.Err()
	s.spawn(task)
	return s.pause(task) // want `holds s.all`
}

// spawn has a Task, and does not wait.
func (s *server) spawn(task *edo.Task) {
	edo.Go(task, func(task *edo.Task) error { return s.tx.Send(task, 3) })
}

func (s *server) pause(task *edo.Task) error { return timer.Sleep(task, 1) }

func (s *server) elsewhere(task *edo.Task) {
	s.mu.Lock()
	s.finish()
	timer.Sleep(task, 1)
	s.mu.Lock()
	unlock(&s.mu)
	timer.Sleep(task, 1)
	s.mu.Lock()
	func() { s.mu.Unlock() }()
	timer.Sleep(task, 1)
}

func (s *server) finish() { s.mu.Unlock() }

func (s *server) handsBack(task *edo.Task) {
	s.mu.Lock()
	s.unlocksAndWaits(task)
}

func (s *server) unlocksAndWaits(task *edo.Task) {
	s.mu.Unlock()
	timer.Sleep(task, 1)
}

func unlock(mu *sync.Mutex) { mu.Unlock() }

func (s *server) sometimes(task *edo.Task, locked bool) {
	if locked {
		s.mu.Lock()
	}
	timer.Sleep(task, 1) // not surely held
	if locked {
		s.mu.Unlock()
	}
	for range 3 {
		s.mu.Lock()
		s.mu.Unlock()
		timer.Sleep(task, 1)
	}
}
