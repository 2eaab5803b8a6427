package tlsconn_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/tlsconn"
)

// hasty is a connection that is ready at once, for a report too: it has buffers, as a reader and a
// writer of a program may.
type hasty struct {
	*aio.Pipe
	in, out []byte
	shut    bool
}

func (h *hasty) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if len(h.in) == 0 {
		b := make([]byte, 1<<12)
		n, poll, err := h.Pipe.PollRead(cx, b)
		if poll == edo.Pending || err != nil {
			return 0, poll, err
		}
		h.in = b[:n]
	}
	n := copy(p, h.in)
	h.in = h.in[n:]
	return n, edo.Ready, nil
}

func (h *hasty) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if len(h.out)+len(p) > 1<<16 {
		return 0, edo.Pending, nil
	}
	h.out = append(h.out, p...)
	return len(p), edo.Ready, nil
}

func (h *hasty) PollFlush(cx *edo.Context) (edo.Poll, error) {
	for len(h.out) > 0 {
		n, poll, err := h.Pipe.PollWrite(cx, h.out)
		if poll == edo.Pending || err != nil {
			return poll, err
		}
		h.out = h.out[n:]
	}
	return edo.Ready, nil
}

func (h *hasty) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	h.shut = true
	return h.Pipe.PollShutdown(cx)
}

func TestAReportTakesNothingFromAConnectionThatDoesNotKnowIt(t *testing.T) {
	run(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1 << 14)
		inner := &hasty{Pipe: x}
		accepted := edo.Spawn(task, tlsconn.NewAcceptor(serverConfig()).AcceptFuture(inner))
		b, err := tlsconn.Connect(task, y, clientConfig())
		if err != nil {
			return err
		}
		a, err := accepted.Await(task)
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		ask := func() {
			edotest.NewTask().Inspect(func(cx *edo.Context) {
				a.PollRead(cx, make([]byte, 8))
				a.PollWrite(cx, []byte("plain"))
				a.PollFlush(cx)
				a.PollShutdown(cx)
			})
		}
		if _, err := b.Write(task, []byte("first")); err != nil {
			return err
		}
		ask()
		if strings.Contains(string(inner.out), "plain") {
			t.Error("a report has written plain text to the connection below")
		}
		if inner.shut {
			t.Error("a report has shut it down")
		}
		p := make([]byte, 10)
		if n, err := a.Read(task, p); string(p[:n]) != "first" || err != nil {
			t.Errorf("Read = %q, %v", p[:n], err)
		}
		if _, err := a.Write(task, []byte("second")); err != nil {
			return err
		}
		if n, err := b.Read(task, p); string(p[:n]) != "second" || err != nil {
			t.Errorf("the other side reads %q, %v", p[:n], err)
		}
		return nil
	})
}

func TestAReportNamesTheConnectionThatAConnWaitsFor(t *testing.T) {
	wants := map[string]string{
		"read":  "aio: read from a Duplex",
		"write": "aio: write to a Duplex of size 100",
		"shut":  "aio: write to a Duplex of size 100",
	}
	for what, want := range wants {
		err := sim.Run(1, func(task *edo.Task) error {
			a, b := pair(t, task, 100, serverConfig(), clientConfig())
			edo.Go(task, func(task *edo.Task) error {
				defer a.Close()
				switch what {
				case "read":
					_, err := a.Read(task, make([]byte, 1))
					return err
				case "shut":
					edo.Await(task, edo.Future[edo.Unit](writes{a}))
					return a.CloseWrite(task)
				}
				_, err := a.Write(task, make([]byte, 1000))
				return err
			})
			_, err := edo.Await(task, edo.Future[edo.Unit](never{}))
			b.Close()
			return err
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// never is a future that never ends.
type never struct{}

func (never) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Pending, nil }

// writes takes bytes into a record, and does not flush.
type writes struct{ conn *tlsconn.Conn }

func (w writes) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	_, poll, err := w.conn.PollWrite(cx, make([]byte, 1000))
	return edo.Unit{}, poll, err
}
