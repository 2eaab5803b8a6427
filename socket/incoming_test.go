package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
)

func acceptError(errno syscall.Errno) error {
	return &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", errno)}
}

func TestIncomingRetriesTemporaryErrorsWithBackOffAndReportsThem(t *testing.T) {
	reports := virtual(t, func(task *edo.Task, now func() time.Duration) error {
		full := acceptError(syscall.EMFILE)
		s := &script{accepts: []error{full, full, full, nil, full, nil}}
		in := (&Listener{inner: scriptListener{s}}).Incoming()
		defer in.Drop()
		for _, want := range []time.Duration{35 * time.Millisecond, 40 * time.Millisecond} { // 5+10+20, and 5 more
			conn, ok, err := edo.Next(task, in)
			if conn == nil || !ok || err != nil {
				t.Errorf("got %v, %v, %v", conn, ok, err)
			} else {
				conn.Close()
			}
			if now() != want {
				t.Errorf("a connection after %v, want %v", now(), want)
			}
		}
		return nil
	})
	if len(reports) != 4 {
		t.Fatalf("%d reports, want 4: %v", len(reports), reports)
	}
	for _, err := range reports {
		if !errors.Is(err, syscall.EMFILE) || !strings.HasPrefix(err.Error(), "socket: ") {
			t.Errorf("the report %v does not name the error", err)
		}
	}
}

func TestIncomingPausesASecondAtTheMost(t *testing.T) {
	reports := virtual(t, func(task *edo.Task, now func() time.Duration) error {
		s := &script{}
		for range 12 {
			s.accepts = append(s.accepts, acceptError(syscall.ENFILE))
		}
		s.accepts = append(s.accepts, nil)
		in := (&Listener{inner: scriptListener{s}}).Incoming()
		defer in.Drop()
		conn, _, err := edo.Next(task, in)
		if err != nil {
			return err
		}
		conn.Close()
		// 5 + 10 + ... + 640, and then a second each
		if want := (1275 + 4*1000) * time.Millisecond; now() != want {
			t.Errorf("a connection after %v, want %v", now(), want)
		}
		return nil
	})
	if len(reports) != 12 {
		t.Fatalf("%d reports, want 12", len(reports))
	}
}

func TestIncomingReturnsAPermanentErrorAndEnds(t *testing.T) {
	for _, permanent := range []error{net.ErrClosed, acceptError(syscall.EINVAL), acceptError(syscall.EBADF)} {
		reports := virtual(t, func(task *edo.Task, now func() time.Duration) error {
			in := (&Listener{inner: scriptListener{&script{accepts: []error{nil, permanent, nil}}}}).Incoming()
			defer in.Drop()
			conn, ok, err := edo.Next(task, in)
			if conn == nil || !ok || err != nil {
				return fmt.Errorf("got %v, %v, %v", conn, ok, err)
			}
			conn.Close()
			if conn, ok, err := edo.Next(task, in); conn != nil || !ok || !errors.Is(err, permanent) {
				t.Errorf("got %v, %v, %v, want the item %v", conn, ok, err, permanent)
			}
			for range 2 {
				if conn, ok, err := edo.Next(task, in); conn != nil || ok || err != nil {
					t.Errorf("got %v, %v, %v, want the end", conn, ok, err)
				}
			}
			return nil
		})
		if len(reports) != 0 {
			t.Errorf("reported %v", reports)
		}
	}
}

func TestTemporaryErrorsAreKnown(t *testing.T) {
	for err, want := range map[error]bool{
		acceptError(syscall.EMFILE):       true,
		acceptError(syscall.ENOBUFS):      true,
		acceptError(syscall.ENOMEM):       true,
		acceptError(syscall.ENOSPC):       true,
		acceptError(syscall.ECONNABORTED): true,
		acceptError(syscall.EPROTO):       true,
		acceptError(syscall.EINVAL):       false,
		errClosed:                         false,
		net.ErrClosed:                     false,
	} {
		if got := isTemporary(err); got != want {
			t.Errorf("%v: got %v, want %v", err, got, want)
		}
	}
}

func TestDroppedIncomingPassesItsWakeOnAndLeavesTheListenerOpen(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		waits := edo.Go(task, func(task *edo.Task) error {
			in := l.Incoming()
			defer in.Drop()
			_, _, err := edo.Next(task, in)
			return err
		})
		edo.Yield(task)
		waits.Abort()
		if _, err := waits.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v, want ErrCancelled", err)
		}
		client, err := Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer client.Close()
		server, err := l.Accept(task)
		if err != nil {
			return err
		}
		return server.Close()
	})
}

func TestAcceptThatMovesToAnotherTaskLeavesNoWaiterBehind(t *testing.T) {
	s := &script{}
	l := &Listener{inner: scriptListener{s}}
	accept, incoming := l.AcceptFuture(), l.Incoming()
	for name, poll := range map[string]func(cx *edo.Context) (*Conn, edo.Poll, error){
		"accept": accept.Poll, "incoming": incoming.PollNext,
	} {
		s.forgotten = nil
		var tasks [2]*sched.Task
		for i := range tasks {
			edotest.NewTask().Enter(func(cx *edo.Context) {
				tasks[i] = (*sched.Context)(cx).Task()
				if _, p, err := poll(cx); p != edo.Pending || err != nil {
					t.Errorf("%s: got %v, %v", name, p, err)
				}
			})
		}
		if len(s.forgotten) != 1 || s.forgotten[0] != tasks[0] || s.tasks[reading] != tasks[1] {
			t.Errorf("%s: the driver does not keep the second task alone", name)
		}
	}
	edo.Drop(accept)
	incoming.Drop()
}
