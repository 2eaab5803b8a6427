package socket

import (
	"fmt"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// waitsFor polls in task, and requires that the poll waits for want.
func waitsFor(t *testing.T, task *edo.Task, want edo.Wait, poll func(cx *edo.Context) edo.Poll) {
	t.Helper()
	waits, err := edotest.WaitsIn(task, poll)
	if want := []edo.Wait{want}; !reflect.DeepEqual(waits, want) {
		t.Errorf("waits for %v, %v, want %v", waits, err, want)
	}
}

// polls returns the poll of f, without its value.
func polls[T any](f edo.Future[T]) func(cx *edo.Context) edo.Poll {
	return func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p }
}

func TestConnReportsWhichPeerItReadsFromAndUntilWhen(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		read := edo.Wait{On: fmt.Sprintf("socket: read from %v, at %v", b.LocalAddr(), a.LocalAddr()), Outside: true}
		write := edo.Wait{On: fmt.Sprintf("socket: write to %v, from %v", b.LocalAddr(), a.LocalAddr()), Outside: true}
		var p [1]byte
		r, w := a.ReadFuture(p[:]), a.WriteFuture(make([]byte, 1<<20))
		waitsFor(t, task, read, polls(r))
		waitsFor(t, task, write, polls(w))
		read.Until, write.Until = in(task, time.Minute), in(task, time.Hour)
		a.SetReadDeadline(read.Until)
		a.SetWriteDeadline(write.Until)
		waitsFor(t, task, read, polls(r))
		waitsFor(t, task, write, polls(w))
		read.Until = time.Time{}
		a.SetReadDeadline(read.Until)
		waitsFor(t, task, read, polls(r))
		return nil
	})
}

func TestListenerReportsWhereItAccepts(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		l, err := Listen(task, "tcp", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer l.Close()
		want := edo.Wait{On: "socket: accept at 127.0.0.1:80", Outside: true}
		waitsFor(t, task, want, polls(l.AcceptFuture()))
		next := l.Incoming()
		defer next.Drop()
		waitsFor(t, task, want, func(cx *edo.Context) edo.Poll { _, p, _ := next.PollNext(cx); return p })
		return nil
	})
}

func TestIncomingReportsThatItPauses(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		s := &script{accepts: []error{acceptError(syscall.EMFILE)}}
		next := (&Listener{inner: scriptListener{s}}).Incoming()
		defer next.Drop()
		waitsFor(t, task, edo.Wait{
			On:    fmt.Sprintf("socket: accept at %v, after a pause for an error", s.Addr()),
			Until: in(task, firstPause),
		}, func(cx *edo.Context) edo.Poll { _, p, _ := next.PollNext(cx); return p })
		return nil
	})
}

func TestDialReportsHowFarItHasCome(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		l, err := Listen(task, "tcp", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer l.Close()
		for range 128 { // as many as the simulation establishes
			c, err := Dial(task, "tcp", "127.0.0.1:80")
			if err != nil {
				return err
			}
			defer c.Close()
		}
		f := DialFuture(task, "tcp", "localhost:80")
		defer edo.Drop(f)
		waitsFor(t, task, edo.Wait{On: "socket: connect to 127.0.0.1:80", Outside: true}, polls(f))
		return nil
	})
	mock := edotest.NewTask()
	for on, f := range map[string]*dial{
		"socket: dial example.com:80":    {address: "example.com:80"},
		"socket: look up example.com:80": {address: "example.com:80", lookup: &edo.JoinHandle[found]{}},
	} {
		if got, want := edotest.Waits(mock, f), []edo.Wait{{On: on, Outside: true}}; !reflect.DeepEqual(got, want) {
			t.Errorf("waits for %v, want %v", got, want)
		}
	}
}
