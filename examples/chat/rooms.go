package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/edo-go/edo/broadcast"
)

const (
	backlog = 64 // lines that a client may be behind
	history = 20 // lines that a newcomer gets
	named   = 20 // people of a room whose names are told
)

// rooms are those with a client in them.
type rooms struct {
	mu    sync.Mutex // guards the following and each room; held for no wait
	rooms map[string]*room
	names map[string]bool // that are taken
}

// room is what its people have together.
type room struct {
	name    string
	tx      *broadcast.Sender[string]
	history []string
	people  []string // in the order in which they came
}

func newRooms() *rooms {
	return &rooms{rooms: map[string]*room{}, names: map[string]bool{}}
}

// claim takes a name, and reports whether it was free.
func (r *rooms) claim(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	isFree := !r.names[name]
	r.names[name] = true
	return isFree
}

// release gives a name back.
func (r *rooms) release(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.names, name)
}

// enter lets a person into a room, and makes it if there is none. The receiver gets what comes
// after the lines that were said before.
func (r *rooms) enter(name, person string) (at *room, before []string, rx *broadcast.Receiver[string]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at = r.rooms[name]
	if at == nil {
		at = &room{name: name}
		at.tx, rx = broadcast.New[string](backlog)
		r.rooms[name] = at
	} else {
		rx = at.tx.Subscribe()
	}
	before = slices.Clone(at.history)
	at.people = append(at.people, person)
	at.tx.Send(at.present(person + " has joined"))
	return at, before, rx
}

// leave lets a person out. A room is gone with the last one.
func (r *rooms) leave(at *room, person string, rx *broadcast.Receiver[string]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rx.Drop()
	at.people = slices.DeleteFunc(at.people, func(p string) bool { return p == person })
	if len(at.people) == 0 {
		at.tx.Close()
		delete(r.rooms, at.name)
		return
	}
	at.tx.Send(at.present(person + " has left"))
}

// post sends a line to all who are in a room.
func (r *rooms) post(at *room, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at.history = append(at.history[max(0, len(at.history)-history+1):], line)
	at.tx.Send(line)
}

// who says who is in a room.
func (r *rooms) who(at *room) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return at.present("you are in")
}

// present is a line of the server, which names those in the room.
func (at *room) present(what string) string {
	names := strings.Join(at.people[:min(len(at.people), named)], ", ")
	if more := len(at.people) - named; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("* %s %s: %s", what, at.name, names)
}
