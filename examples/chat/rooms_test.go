package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
)

// The witness is in the room from the first to the last, and gets all lines. Each of the others
// gets a part of these, from its own arrival on, and before that what was said in the room.
func TestAllInARoomGetTheSameLinesUnderEverySeed(t *testing.T) {
	const guests = 4
	program := func(task *edo.Task, out io.Writer) error {
		return inWorld(task, func(w *world) error {
			witness, err := w.join(task, "lines", "witness")
			if err != nil {
				return err
			}
			defer witness.Drop()
			var logs [guests][]string
			guest := func(task *edo.Task, i int) (err error) {
				logs[i], err = w.stay(task, kinds[i%2], fmt.Sprint("guest", i))
				return err
			}
			all := edo.Go(task, func(task *edo.Task) error { return trial.All(task, guests, guest) })
			everything := witness.first
			for left := 0; left < guests; {
				line, err := witness.next(task)
				if err != nil {
					return err
				}
				if everything = append(everything, line); strings.Contains(line, " has left ") {
					left++
				}
			}
			if _, err := all.Await(task); err != nil {
				return err
			}
			for i, log := range logs {
				if err := isPart(log, everything, fmt.Sprint("guest", i)); err != nil {
					return err
				}
			}
			_, err = io.WriteString(out, strings.Join(everything, "\n"))
			return err
		})
	}
	trial.Seeds(t, 100, 50, program, func(output string) error {
		if n := strings.Count(output, ": line "); n != 3*guests {
			return fmt.Errorf("%d lines were said", n)
		}
		return nil
	})
	trial.Threads(t, 10, program, func(string) error { return nil })
}

// stay joins, says three lines, and leaves when it has got them. It returns what it got.
func (w *world) stay(task *edo.Task, kind, name string) (log []string, err error) {
	p, err := w.join(task, kind, name)
	if err != nil {
		return nil, err
	}
	defer p.Drop()
	for i := range 3 {
		if err := p.says(task, fmt.Sprint("line ", i)); err != nil {
			return nil, err
		}
	}
	rest, err := p.until(task, name+": line 2")
	if err != nil {
		return nil, err
	}
	return append(p.first, rest...), errors.Join(p.says(task, "/quit"), p.isTold(task, 1000, "see you"))
}

// isPart checks what a guest got.
func isPart(log, everything []string, name string) error {
	joined := func(line string) bool { return strings.HasPrefix(line, "* "+name+" has joined lobby: ") }
	came, at := slices.IndexFunc(log, joined), slices.IndexFunc(everything, joined)
	if came < 0 || at < 0 {
		return fmt.Errorf("%s has never joined: %q", name, log)
	}
	said := slices.DeleteFunc(slices.Clone(everything[:at]), func(line string) bool { return strings.HasPrefix(line, "* ") })
	if before := log[:came]; !slices.Equal(before, said[max(0, len(said)-history):]) {
		return fmt.Errorf("%s got the history %q, and this was said: %q", name, before, said)
	}
	if after := log[came:]; !slices.Equal(after, everything[at:at+len(after)]) {
		return fmt.Errorf("%s got %q, and the witness %q", name, after, everything)
	}
	return nil
}

func TestPresenceIsTold(t *testing.T) {
	inSeeds(t, 20, sim.Config{}, func(w *world, kind string) error {
		anna, err := w.join(w.task, "lines", "anna")
		if err != nil {
			return err
		}
		defer anna.Drop()
		bob, err := w.join(w.task, kind, "bob")
		if err != nil {
			return err
		}
		return errors.Join(
			anna.hears(w.task, "* bob has joined lobby: anna, bob"),
			bob.says(w.task, "/who"),
			bob.hears(w.task, "* you are in lobby: anna, bob"),
			bob.says(w.task, "/join kitchen"),
			bob.hears(w.task, "* bob has joined kitchen: bob"),
			anna.hears(w.task, "* bob has left lobby: anna"),
			anna.says(w.task, "/join kitchen"),
			anna.hears(w.task, "* anna has joined kitchen: bob, anna"),
			bob.hears(w.task, "* anna has joined kitchen: bob, anna"),
			drop(bob), // without a goodbye
			anna.hears(w.task, "* bob has left kitchen: anna"),
		)
	})
}

func drop(p *person) error {
	p.Drop()
	return nil
}

func TestANewcomerGetsTheLatestLines(t *testing.T) {
	inSeeds(t, 5, sim.Config{}, func(w *world, kind string) error {
		anna, err := w.join(w.task, "lines", "anna")
		if err != nil {
			return err
		}
		defer anna.Drop()
		var said []string
		for i := range history + 5 {
			text := fmt.Sprint("line ", i)
			if err := anna.says(w.task, text); err != nil {
				return err
			}
			said = append(said, "anna: "+text)
		}
		if _, err := anna.until(w.task, said[len(said)-1]); err != nil {
			return err
		}
		bob, err := w.join(w.task, kind, "bob")
		if err != nil {
			return err
		}
		defer bob.Drop()
		if want := append(said[5:], "* bob has joined lobby: anna, bob"); !slices.Equal(bob.first, want) {
			return fmt.Errorf("the newcomer got %q", bob.first)
		}
		return nil
	})
}

func TestANameIsOfOnePerson(t *testing.T) {
	inSeeds(t, 20, sim.Config{}, func(w *world, kind string) error {
		first, err := w.join(w.task, "lines", "anna")
		if err != nil {
			return err
		}
		second, err := w.connect(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer second.Drop()
		return errors.Join(
			second.hears(w.task, "* what is your name?"),
			second.says(w.task, "anna"),
			second.hears(w.task, "* anna is here already: what is your name?"),
			second.says(w.task, "* anna has left"), // words of the server
			second.hears(w.task, "* a name has 1 to 20 letters and digits: what is your name?"),
			first.says(w.task, "/quit"),
			first.isTold(w.task, 1000, "see you"),
			drop(first),
			second.says(w.task, "anna"),
			second.hears(w.task, "* anna has joined lobby: anna"),
		)
	})
}

// What commands a terminal, and the end of a line in a message, are spaces for the others.
func TestALineStaysALine(t *testing.T) {
	inSeeds(t, 5, sim.Config{}, func(w *world, kind string) error {
		anna, err := w.join(w.task, "web", "anna")
		if err != nil {
			return err
		}
		defer anna.Drop()
		bob, err := w.join(w.task, kind, "bob")
		if err != nil {
			return err
		}
		defer bob.Drop()
		return errors.Join(
			anna.says(w.task, "a\nb\x1b[2Jc é\u0085\r"),
			bob.hears(w.task, "anna: a b [2Jc é  "),
			anna.says(w.task, " "), // nothing
			anna.says(w.task, "/dance"),
			anna.says(w.task, strings.Repeat("x", longest)),
			bob.hears(w.task, "anna: "+strings.Repeat("x", longest)),
		)
	})
}

// A client may send all at once, as a script does, and get all that it has said.
func TestWhatWasSaidBeforeTheEndGoesOut(t *testing.T) {
	inSeeds(t, 50, sim.Config{}, func(w *world, kind string) error {
		p, err := w.join(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer p.Drop()
		return errors.Join(
			p.says(w.task, "one"),
			p.says(w.task, "two"),
			p.says(w.task, "/quit"),
			p.hears(w.task, "anna: one", "anna: two"),
			p.isTold(w.task, 1000, "see you"),
		)
	})
}

func TestARoomNamesSomeOfItsPeople(t *testing.T) {
	r := newRooms()
	var at *room
	for i := range named + 3 {
		at, _, _ = r.enter("hall", fmt.Sprint(i))
	}
	if line := r.who(at); !strings.HasPrefix(line, "* you are in hall: 0, 1, 2,") || !strings.HasSuffix(line, ", 18, 19 and 3 more") {
		t.Errorf("got %q", line)
	}
}
