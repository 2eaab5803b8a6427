package main

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

const databases = 16

// server is the data that all clients share.
type server struct {
	volatile lock.Notify // there is a key with an expiry
	started  time.Time

	mu       sync.Mutex // guards the following; a task does not wait with it
	now      int64      // milliseconds since 1970, of the command that is executed
	rand     *rand.Rand
	dbs      [databases]db
	ready    []place // lists that have got elements, for blocked clients
	channels map[string][]*client
	patterns map[string][]*client
	clients  map[int64]*client
	lastID   int64
	executed int64 // commands
}

func newServer(task *edo.Task) *server {
	seed := edo.Rand(task)
	return &server{
		started:  timer.Now(task),
		rand:     rand.New(rand.NewPCG(seed.Uint64(), seed.Uint64())),
		channels: map[string][]*client{},
		patterns: map[string][]*client{},
		clients:  map[int64]*client{},
	}
}

// serve accepts clients until its task is asked to end. Then the clients end too, each
// after the replies to what it has executed.
func serve(task *edo.Task, l *socket.Listener) error {
	s := newServer(task)
	edo.Go(task, s.expire, edo.Daemon())
	ending := cancel.New()
	defer ending.Cancel()
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		c := s.join(conn)
		edo.Go(task, c.serve, edo.Owns(conn), edo.OnEnd(c.leave), cancel.By(ending))
	}
	return task.Err()
}
