package socket_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// turns is a future that writes and reads back a number of messages: its test counts
// allocations.
type turns struct {
	conn    *socket.Conn
	p       []byte
	left    int
	written bool
}

func (f *turns) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for f.left > 0 {
		if !f.written {
			if _, p, err := f.conn.PollWrite(cx, f.p); p == edo.Pending || err != nil {
				return edo.Unit{}, p, err
			}
			f.written = true
		}
		if _, p, err := f.conn.PollRead(cx, f.p); p == edo.Pending || err != nil {
			return edo.Unit{}, p, err
		}
		f.written = false
		f.left--
	}
	return edo.Unit{}, edo.Ready, nil
}

func TestEchoOfFuturesAllocatesNothing(t *testing.T) {
	run(t, withClient(echo, func(task *edo.Task, conn *socket.Conn) error {
		f := &turns{conn: conn, p: make([]byte, 64)}
		var failed error
		n := testing.AllocsPerRun(200, func() {
			f.left = 1
			if _, err := edo.Await(task, edo.Future[edo.Unit](f)); err != nil {
				failed = err
			}
		})
		if n > 0 && !raceEnabled && !portable {
			t.Errorf("%v allocations for a round trip", n)
		}
		return failed
	}))
}
