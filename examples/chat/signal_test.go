//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/web"
)

// startProcess runs the program, and returns it as a world of its own.
func startProcess(t *testing.T, args ...string) (*trial.Process, *world) {
	p, w := trial.Start(t, args...), &world{}
	if _, err := fmt.Sscanf(p.Addr(), "http://%s and %s", &w.pages, &w.lines); err != nil {
		t.Fatal(err)
	}
	return p, w
}

func TestAnInterruptSaysGoodbyeToAllAndEndsTheServer(t *testing.T) {
	p, w := startProcess(t)
	err := edo.Run(func(task *edo.Task) error {
		var people []*person
		for _, kind := range kinds {
			named, err := w.join(task, kind, kind)
			if err != nil {
				return err
			}
			nameless, err := w.connect(task, kind, "nameless")
			if err != nil {
				return err
			}
			if err := nameless.hears(task, "* what is your name?"); err != nil {
				return err
			}
			people = append(people, named, nameless)
		}
		p.Signal(os.Interrupt)
		var errs []error
		for _, one := range people {
			errs = append(errs, one.isTold(task, web.CodeGoingAway, "the server ends"))
			one.Drop()
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Error(err)
	}
	if stdout, stderr, code := p.Wait(); stdout != "" || stderr != "" || code != 0 {
		t.Errorf("exit code %d, output %q and %q", code, stdout, stderr)
	}
}

// A client above the limit waits until another one has left.
func TestConnectionsHaveALimit(t *testing.T) {
	_, w := startProcess(t, "-most", "1")
	err := edo.Run(func(task *edo.Task) error {
		anna, err := w.join(task, "lines", "anna")
		if err != nil {
			return err
		}
		bob, err := w.connect(task, "lines", "bob")
		if err != nil {
			return err
		}
		defer bob.Drop()
		if err := bob.says(task, "bob"); err != nil {
			return err
		}
		for range 15 { // bob would be in the room
			if err := errors.Join(anna.says(task, "/who"), anna.hears(task, "* you are in lobby: anna")); err != nil {
				return err
			}
		}
		anna.Drop()
		return bob.hears(task, "* what is your name?", "* bob has joined lobby: bob")
	})
	if err != nil {
		t.Error(err)
	}
}
