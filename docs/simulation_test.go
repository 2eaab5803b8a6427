package docs

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

func withdraw(task *edo.Task, balance *int, audit *mpsc.Sender[string]) error {
	if err := audit.Send(task, "asks"); err != nil {
		return err
	}
	if *balance < 60 {
		return nil
	}
	if err := audit.Send(task, "takes"); err != nil {
		return err
	}
	*balance -= 60
	return nil
}

func theAccountIsNeverNegative(t sim.TB) {
	sim.Explore(t, 1000, func(seed uint64) error {
		balance := 100
		err := sim.Run(seed, func(task *edo.Task) error {
			audit, log := mpsc.New[string](10)
			defer log.Drop()
			for range 2 {
				tx := audit.Clone()
				edo.Go(task, func(task *edo.Task) error { return withdraw(task, &balance, tx) }, edo.Owns(tx))
			}
			audit.Close()
			for _, err := range stream.All(task, log) { // until both have ended
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil && balance < 0 {
			err = fmt.Errorf("the balance is %d", balance)
		}
		return err
	})
}

// failing is a test that fails, as the one of the page has to.
type failing struct {
	name string
	text string
}

func (f *failing) Helper()             {}
func (f *failing) Name() string        { return f.name }
func (f *failing) Logf(string, ...any) {}

func (f *failing) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestTheFirstBugOfSimulationIsFoundAsItsPageSays(t *testing.T) {
	const name = "TestTheAccountIsNeverNegative"
	found := &failing{name: name}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		theAccountIsNeverNegative(found)
	}()
	<-ended
	for _, want := range []string{"fails: the balance is -20", "with 1 switch, of ", name} {
		if !strings.Contains(found.text, want) {
			t.Errorf("the test of the page does not say %q, but:\n%s", want, found.text)
		}
	}

	page, err := os.ReadFile("simulation.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := strings.Replace(string(page), "func "+name+"(t *testing.T)", "func theAccountIsNeverNegative(t sim.TB)", 1)
	program := unindented(t, "simulation_test.go")
	for _, block := range strings.Split(quoted, "\n```go\n")[1:3] {
		block, _, _ = strings.Cut(block, "\n```\n")
		if !isIn(program, "\n"+unindent(block)+"\n") {
			t.Errorf("simulation_test.go has not this of the page:\n%s", block)
		}
	}
}
