package main

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// client is a connection as lines, whichever way they come and go.
type client interface {
	edo.Stream[string]
	edo.Sink[string]
}

// patience is how long a client may take for a line that is sent to it.
const patience = 10 * time.Second

// guest is a client with a name.
type guest struct {
	client
	rooms *rooms
	name  string
	limit *timer.Limiter // of what it says
}

// talk serves a client, from its name to its end. The error says why it has ended.
func (r *rooms) talk(task *edo.Task, c client) error {
	name, err := r.greet(task, c)
	if err != nil {
		return err
	}
	defer r.release(name)
	g := &guest{client: c, rooms: r, name: name, limit: timer.NewLimiter(timer.PerSecond(5), 10)}
	for room := "lobby"; err == nil; {
		room, err = g.visit(task, room)
	}
	return err
}

// greet asks for a name until it gets one that is free.
func (r *rooms) greet(task *edo.Task, c client) (string, error) {
	question := "* what is your name?"
	for {
		if err := say(task, c, question); err != nil {
			return "", err
		}
		name, ok, err := edo.Next(task, c)
		switch {
		case err != nil:
			return "", err
		case !ok:
			return "", errLeft
		case !isName(name):
			question = "* a name has 1 to 20 letters and digits: what is your name?"
		case !r.claim(name):
			question = "* " + name + " is here already: what is your name?"
		default:
			return name, nil
		}
	}
}

// visit is the stay in a room. It returns the room to go to.
//
// One task takes lines from the client and from the room in turns. It falls behind the room while
// the client is slow to take a line, and gets an error when it is too far behind.
func (g *guest) visit(task *edo.Task, name string) (next string, err error) {
	room, before, rx := g.rooms.enter(name, g.name)
	defer g.rooms.leave(room, g.name, rx)
	for _, line := range before {
		if err := say(task, g.client, line); err != nil {
			return "", err
		}
	}
	var line string
	var isOwn bool
	lines := selector.New(
		selector.On(rx, func(l string, err error) error { line, isOwn = l, false; return err }),
		selector.On(g.client, func(l string, err error) error { line, isOwn = l, true; return err }),
	).Biased() // what was said before the client leaves goes out first
	for next == "" {
		if err := lines.Next(task); err != nil {
			return "", err
		}
		if isOwn {
			next, err = g.hear(task, room, line)
		} else {
			err = say(task, g.client, line)
		}
		if err != nil {
			return "", err
		}
	}
	return next, nil
}

// hear takes a line of the client: for the room, or a command. One that says too much waits.
func (g *guest) hear(task *edo.Task, at *room, line string) (next string, err error) {
	if err := g.limit.Wait(task); err != nil {
		return "", err
	}
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "/join" && isName(rest):
		return rest, nil
	case word == "/who":
		return "", say(task, g.client, g.rooms.who(at))
	case word == "/quit":
		return "", errLeft
	case strings.HasPrefix(word, "/"):
		return "", say(task, g.client, "* there are /join ROOM, /who and /quit")
	case strings.TrimSpace(line) == "":
		return "", nil
	}
	g.rooms.post(at, g.name+": "+clean(line))
	return "", nil
}

// say sends a line, which the client must take soon.
func say(task *edo.Task, c client, line string) error {
	_, err := timer.Timeout(task, patience, func(task *edo.Task) (edo.Unit, error) {
		return edo.Unit{}, stream.Send(task, c, line)
	})
	return err
}

// isName reports whether s is the name of a person or of a room.
func isName(s string) bool {
	isOther := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return s != "" && utf8.RuneCountInString(s) <= 20 && strings.IndexFunc(s, isOther) < 0
}

// clean replaces what is no text: line ends, and what commands a terminal.
func clean(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, line)
}

var errLeft = errors.New("the client has left")
