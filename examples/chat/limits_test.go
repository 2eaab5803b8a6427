package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/web"
)

// narrow is a network in which a connection holds a few lines.
var narrow = sim.Config{Window: 256}

// talkers have so many people say as many lines as they may.
func (w *world) talkers(task *edo.Task, n, lines int) error {
	return trial.All(task, n, func(task *edo.Task, i int) error {
		p, err := w.join(task, "lines", fmt.Sprint("talker", i))
		if err != nil {
			return err
		}
		defer p.Drop()
		edo.Go(task, func(task *edo.Task) error { // a talker is not slow to listen
			for {
				if _, err := p.next(task); err != nil {
					return nil
				}
			}
		}, edo.Daemon())
		for j := range lines {
			if err := p.says(task, fmt.Sprint("line ", j)); err != nil {
				return err
			}
		}
		return timer.Sleep(task, time.Duration(lines)*time.Second/5) // until the last was taken
	})
}

func TestAClientThatTakesNothingIsDroppedAndHoldsUpNoOther(t *testing.T) {
	inSeeds(t, 10, narrow, func(w *world, kind string) error {
		slow, err := w.join(w.task, kind, "slow")
		if err != nil {
			return err
		}
		defer slow.Drop()
		anna, err := w.join(w.task, "lines", "anna")
		if err != nil {
			return err
		}
		defer anna.Drop()
		begin := timer.Now(w.task)
		for i := range 30 { // some wait for the limit of what is said
			line := fmt.Sprint("line ", i)
			if err := errors.Join(anna.says(w.task, line), anna.hears(w.task, "anna: "+line)); err != nil {
				return err
			}
		}
		took := timer.Now(w.task).Sub(begin)
		if took > 5*time.Second {
			return fmt.Errorf("30 lines took %v", took)
		}
		err = anna.hears(w.task, "* slow has left lobby: anna")
		if took := timer.Now(w.task).Sub(begin); took > patience+5*time.Second {
			return fmt.Errorf("it was dropped after %v", took)
		}
		return err
	})
}

func TestAClientThatFallsBehindIsToldAndDropped(t *testing.T) {
	inSeeds(t, 10, narrow, func(w *world, kind string) error {
		slow, err := w.join(w.task, kind, "slow")
		if err != nil {
			return err
		}
		defer slow.Drop()
		talking := edo.Go(w.task, func(task *edo.Task) error { return w.talkers(task, 4, 35) })
		if err := timer.Sleep(w.task, patience*8/10); err != nil {
			return err
		}
		last := ""
		for err == nil {
			var line string
			if line, err = slow.next(w.task); err == nil {
				last = line
			}
		}
		if slow.web != nil {
			last = fmt.Sprintf("* goodbye: %s", slow.web.Status().Reason)
			if code := slow.web.Status().Code; code != web.CodePolicy {
				return fmt.Errorf("closed with %d", code)
			}
			slow.web.Close(w.task, web.CodeNone, "")
		}
		if !strings.HasPrefix(last, "* goodbye: too slow, ") {
			return fmt.Errorf("the last line was %q", last)
		}
		_, err = talking.Await(w.task)
		return err
	})
}

func TestALineAboveTheLimitIsRefused(t *testing.T) {
	inSeeds(t, 20, sim.Config{}, func(w *world, kind string) error {
		p, err := w.join(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer p.Drop()
		if err := p.says(w.task, strings.Repeat("x", 50*longest)); err != nil {
			return err
		}
		if kind == "lines" {
			return p.isTold(w.task, web.CodeTooBig, "a line has at most 512 bytes")
		}
		return p.isTold(w.task, web.CodeTooBig, "web: a message above the limit")
	})
}

func TestAMessageThatIsNoTextIsRefused(t *testing.T) {
	inSeeds(t, 5, sim.Config{}, func(w *world, kind string) error {
		if kind == "lines" {
			p, err := w.join(w.task, kind, "anna")
			if err != nil {
				return err
			}
			defer p.Drop()
			_, err = p.tcp.Write(w.task, []byte("\xff\n"))
			return errors.Join(err, p.isTold(w.task, web.CodeInvalid, "lines are UTF-8"))
		}
		p, err := w.join(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer p.Drop()
		return errors.Join(
			stream.Send(w.task, edo.Sink[web.Message](p.web), web.Binary([]byte{0xff})),
			p.isTold(w.task, web.CodeUnsupported, "messages are text here"),
		)
	})
}

// A WebSocket is asked for a sign of life. A client over TCP cannot be.
func TestAClientThatSaysNothingForLongEnds(t *testing.T) {
	inSeeds(t, 5, sim.Config{}, func(w *world, kind string) error {
		p, err := w.join(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer p.Drop()
		begin := timer.Now(w.task)
		if kind == "lines" {
			err := p.isTold(w.task, web.CodePolicy, "nothing was said for 10m0s")
			if took := timer.Now(w.task).Sub(begin); took != idle {
				return fmt.Errorf("it has ended after %v", took)
			}
			return err
		}
		line, err := timer.Timeout(w.task, time.Hour, func(task *edo.Task) (string, error) { return p.next(task) })
		var late *timer.TimeoutError
		if !errors.As(err, &late) {
			return fmt.Errorf("a client that answers pings got %q, %v", line, err)
		}
		if len(w.rooms.names) != 1 {
			return errors.New("it has gone")
		}
		if err := timer.Sleep(w.task, 3*silence); err != nil { // and does not answer
			return err
		}
		if len(w.rooms.names) != 0 {
			return errors.New("a client that does not answer is still here")
		}
		return nil
	})
}

// A client that says too much is read more slowly.
func TestWhatAClientSaysHasALimit(t *testing.T) {
	inSeeds(t, 5, sim.Config{}, func(w *world, kind string) error {
		p, err := w.join(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer p.Drop()
		begin := timer.Now(w.task)
		for i := range 60 {
			if err := p.says(w.task, fmt.Sprint("line ", i)); err != nil {
				return err
			}
		}
		_, err = p.until(w.task, "line 59")
		if took := timer.Now(w.task).Sub(begin); took != 10*time.Second {
			return fmt.Errorf("60 lines took %v", took)
		}
		return err
	})
}

func TestTheEndIsToldToAll(t *testing.T) {
	inSeeds(t, 50, sim.Config{}, func(w *world, kind string) error {
		anna, err := w.join(w.task, kind, "anna")
		if err != nil {
			return err
		}
		defer anna.Drop()
		nameless, err := w.connect(w.task, kind, "nameless")
		if err != nil {
			return err
		}
		defer nameless.Drop()
		if err := nameless.hears(w.task, "* what is your name?"); err != nil {
			return err
		}
		w.closing.Cancel()
		return errors.Join(
			anna.isTold(w.task, web.CodeGoingAway, "the server ends"),
			nameless.isTold(w.task, web.CodeGoingAway, "the server ends"),
		)
	})
}
