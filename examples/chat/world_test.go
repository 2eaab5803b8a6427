package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/web"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

// world is rooms on a network.
type world struct {
	task         *edo.Task
	rooms        *rooms
	closing      *cancel.Token
	lines, pages string // addresses
}

// inWorld serves rooms as long as use does, and then says goodbye to all. WebSockets are accepted
// without net/http, so that this can be in a simulation.
func inWorld(task *edo.Task, use func(w *world) error) error {
	w := &world{task: task, rooms: newRooms(), closing: cancel.New()}
	defer w.closing.Cancel()
	return trial.Serve(task, func(task *edo.Task, l *socket.Listener) error {
		return w.rooms.acceptLines(task, l, w.closing)
	}, func(lines string) error {
		return trial.Serve(task, w.acceptWeb, func(pages string) error {
			w.lines, w.pages = lines, pages
			return use(w)
		})
	})
}

// acceptWeb accepts WebSockets until its task is cancelled.
func (w *world) acceptWeb(task *edo.Task, l *socket.Listener) error {
	acceptor := &web.Acceptor{Limits: web.Limits{Message: longest}}
	for tcp, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			conn, err := acceptor.Accept(task, tcp)
			if err != nil {
				return err
			}
			return w.rooms.overWeb(task, conn)
		}, edo.Owns(tcp), cancel.By(w.closing))
	}
	return task.Err()
}

// person is a client of a test.
type person struct {
	client
	edo.Dropper
	name  string
	first []string     // that it got, up to its arrival
	web   *web.Conn    // or nil
	tcp   *socket.Conn // or nil
}

// kinds are the ways to connect.
var kinds = []string{"lines", "web"}

// connect connects, over TCP or a WebSocket, with a name that is not told.
func (w *world) connect(task *edo.Task, kind, name string) (*person, error) {
	if kind == "web" {
		conn, err := web.Dial(task, "ws://"+w.pages+"/chat")
		if err != nil {
			return nil, err
		}
		return &person{client: messages{conn}, Dropper: conn, name: name, web: conn}, nil
	}
	conn, err := socket.Dial(task, "tcp", w.lines)
	if err != nil {
		return nil, err
	}
	lines := codec.NewFramed(conn, &codec.Lines{})
	return &person{client: lines, Dropper: lines, name: name, tcp: conn}, nil
}

// join connects, tells the name, and gets what comes up to its arrival.
func (w *world) join(task *edo.Task, kind, name string) (*person, error) {
	p, err := w.connect(task, kind, name)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(p.hears(task, "* what is your name?"), p.says(task, name)); err != nil {
		return nil, err
	}
	p.first, err = p.until(task, "* "+name+" has joined lobby: ")
	return p, err
}

func (p *person) says(task *edo.Task, line string) error { return stream.Send(task, p.client, line) }

// next returns the next line; the error is io.EOF at the end.
func (p *person) next(task *edo.Task) (string, error) {
	line, ok, err := edo.Next(task, p.client)
	if err == nil && !ok {
		err = io.EOF
	}
	return line, err
}

// hears requires the next lines.
func (p *person) hears(task *edo.Task, lines ...string) error {
	for _, want := range lines {
		if line, err := p.next(task); line != want || err != nil {
			return fmt.Errorf("%s has got %q, %v, and not %q", p.name, line, err, want)
		}
	}
	return nil
}

// until returns the lines up to one that contains text.
func (p *person) until(task *edo.Task, text string) (lines []string, err error) {
	for {
		line, err := p.next(task)
		if err != nil {
			return lines, fmt.Errorf("%s waits for %q: %w", p.name, text, err)
		}
		if lines = append(lines, line); strings.Contains(line, text) {
			return lines, nil
		}
	}
}

// isTold requires that the connection ends with a reason, after any number of lines.
func (p *person) isTold(task *edo.Task, code web.Code, reason string) error {
	last := ""
	for {
		line, err := p.next(task)
		if err == nil {
			last = line
			continue
		}
		if p.web == nil && err == io.EOF && last == "* goodbye: "+reason {
			return nil
		}
		if p.web != nil && p.web.Status().Code == code && p.web.Status().Reason == reason {
			p.web.Close(task, web.CodeNone, "") // its error is the same again
			return nil
		}
		return fmt.Errorf("%s has ended with %v after %q, and not by %d, %q", p.name, err, last, code, reason)
	}
}

// inSeeds runs a test in simulations, over each kind of connection.
func inSeeds(t *testing.T, seeds int, c sim.Config, use func(w *world, kind string) error) {
	t.Helper()
	c.Runtime = trial.Quiet
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			sim.Explore(t, seeds, func(seed uint64) error {
				return sim.Run(seed, func(task *edo.Task) error {
					return inWorld(task, func(w *world) error { return use(w, kind) })
				}, sim.WithConfig(c))
			})
		})
	}
}
