package supervise_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// lab is a supervisor whose children log when they start and when they are stopped, and end when
// they are told to.
type lab struct {
	task   *edo.Task
	sup    *supervise.Supervisor
	h      *edo.JoinHandle[edo.Unit]
	orders map[string]*mpsc.Sender[error]
	killed map[string]bool
	log    []string
}

// inLab runs fn in the simulator.
func inLab(t *testing.T, fn func(l *lab)) {
	t.Helper()
	for seed := range uint64(3) {
		err := sim.Run(seed, func(task *edo.Task) error {
			l := &lab{task: task, orders: map[string]*mpsc.Sender[error]{}, killed: map[string]bool{}}
			fn(l)
			if l.h != nil {
				l.sup.Shutdown()
				l.h.Await(task)
			}
			return nil
		}, sim.WithConfig(sim.Config{Runtime: quiet}))
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// spec is a child.
func (l *lab) spec(name string, more ...func(*supervise.Spec)) supervise.Spec {
	s := supervise.Spec{Name: name, Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
		l.log = append(l.log, "start "+name)
		return l.child(task, name, ready)
	})}
	for _, m := range more {
		m(&s)
	}
	return s
}

// child runs until it is told to end, or is stopped.
func (l *lab) child(task *edo.Task, name string, ready func()) error {
	tx, rx := mpsc.New[error](1)
	defer tx.Drop()
	defer rx.Drop()
	l.orders[name] = tx
	ready()
	err, cancelled := rx.Recv(task)
	if cancelled != nil {
		if !l.killed[name] {
			l.log = append(l.log, "stop "+name)
		}
		return cancelled
	}
	return err
}

func temporary(s *supervise.Spec)   { s.Restart = supervise.Temporary }
func transient(s *supervise.Spec)   { s.Restart = supervise.Transient }
func significant(s *supervise.Spec) { s.Significant = true }

// starts makes the first n starts succeed, and the others end with err.
func (l *lab) starts(n int, err error) func(*supervise.Spec) {
	return func(s *supervise.Spec) {
		name := s.Name
		s.Start = supervise.FuncReady(func(task *edo.Task, ready func()) error {
			l.log = append(l.log, "start "+name)
			if n--; n < 0 {
				return err
			}
			return l.child(task, name, ready)
		})
	}
}

// begin starts a supervisor, and returns what it ends with if that is at once.
func (l *lab) begin(c supervise.Config, specs ...supervise.Spec) error {
	c.Children = specs
	sup, err := supervise.New(c)
	if err != nil {
		return err
	}
	l.sup = sup
	l.h = sup.Go(l.task)
	if sup.Started(l.task) != nil {
		_, err := l.h.Await(l.task)
		return err
	}
	l.log = nil
	return nil
}

// settle lets everything happen that needs no time.
func (l *lab) settle() { timer.Sleep(l.task, time.Millisecond) }

// die makes a child end with err; errKill aborts it from outside.
func (l *lab) die(name string, err error) {
	if err != errKill {
		l.orders[name].TrySend(err)
		l.settle()
		return
	}
	for _, c := range l.sup.Children() {
		if c.Name == name {
			l.killed[name] = true
			c.Task.Abort()
		}
	}
	l.settle()
	l.killed[name] = false
}

var errKill = errors.New("kill")

// told is what the children have logged.
func (l *lab) told() string {
	l.settle()
	text := strings.Join(l.log, ", ")
	l.log = nil
	return text
}

func (l *lab) alive() string {
	if l.h.Finished() {
		return "ended"
	}
	return "alive"
}

func (l *lab) list() string {
	var all []string
	for _, c := range l.sup.Children() {
		all = append(all, c.Name+"="+c.State.String())
	}
	return strings.Join(all, " ")
}

// word is the name that Erlang has for an error.
func word(err error) string {
	for e, text := range map[error]string{
		supervise.ErrRunning: "running", supervise.ErrAlreadyStarted: "already_started", supervise.ErrAlreadyPresent: "already_present",
		supervise.ErrNotFound: "not_found", supervise.ErrRestarting: "restarting", errNoLuck: "no_luck",
	} {
		if err == e {
			return text
		}
	}
	return map[bool]string{true: "ok", false: fmt.Sprint(err)}[err == nil]
}

func (l *lab) abcd() []supervise.Spec {
	return []supervise.Spec{l.spec("a"), l.spec("b"), l.spec("c"), l.spec("d")}
}

func one(intensity int, period time.Duration) supervise.Config {
	return supervise.Config{Intensity: intensity, Period: period}
}

func all(intensity int) supervise.Config {
	return supervise.Config{Strategy: supervise.OneForAll, Intensity: intensity, Period: 5 * time.Second, Revive: true}
}

func rest(intensity int) supervise.Config {
	return supervise.Config{Strategy: supervise.RestForOne, Intensity: intensity, Period: 5 * time.Second, Revive: true}
}

func auto(c supervise.Config, how supervise.AutoShutdown) supervise.Config {
	c.AutoShutdown = how
	return c
}

// without is c with what edo does by default.
func without(c supervise.Config) supervise.Config {
	c.Revive = false
	return c
}

func join(texts ...string) string { return strings.Join(texts, "; ") }
