package web_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// idleConn is how many bytes a Conn takes while it waits, besides its connection and its task.
const idleConn = 240

// loop is a connection without memory of its own, whose client has sent one message and waits.
type loop struct{ input *string }

func (l loop) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if *l.input == "" {
		return 0, edo.Pending, nil
	}
	n := copy(p, *l.input)
	*l.input = (*l.input)[n:]
	return n, edo.Ready, nil
}
func (loop) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return len(p), edo.Ready, nil
}
func (loop) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (loop) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// The whole memory of connections that have echoed a message of 20 KB and then wait: no buffer is
// in it.
func TestAnIdleConnectionHoldsNoBuffer(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector allocations are larger")
	}
	const n = 5_000
	task := edotest.NewTask()
	all := make([]*web.Conn, n)
	in := string(masked(true, ws.OpText, strings.Repeat("x", 20_000)))
	var input string
	var limits web.Limits
	before := heapInUse()
	for i := range all {
		c := web.ServerOver(loop{&input}, limits)
		all[i] = c
		input = in
		m := edotest.RequireNext(t, task, c)
		edotest.RequireReady(t, task, c.SendFuture(m))
		edotest.RequireNextPending(t, task, c)
	}
	each := float64(heapInUse()-before) / n
	t.Logf("%.0f bytes each", each)
	if each > idleConn {
		t.Errorf("an idle connection takes %.0f bytes, want at most %d", each, idleConn)
	}
	runtime.KeepAlive(all)
}

// The memory of handshakes of which half a request has come, with their tasks and
// timers.
func TestAHalfOpenHandshakeHoldsNoBuffer(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector allocations are larger")
	}
	run(t, func(task *edo.Task) error {
		const n = 2_000
		inputs := make([]string, n)
		all := make([]*edo.JoinHandle[*web.Conn], n)
		before := heapInUse()
		for i := range all {
			inputs[i] = "GET / HTTP/1.1\r\n"
			all[i] = edo.Spawn(task, new(web.Acceptor).AcceptFuture(loop{&inputs[i]}))
		}
		for strings.Join(inputs, "") != "" { // until all was read
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		each := float64(heapInUse()-before) / n
		t.Logf("%.0f bytes each", each)
		if each > 2_000 {
			t.Errorf("a handshake that has not ended takes %.0f bytes", each)
		}
		for _, h := range all {
			h.Abort()
		}
		return nil
	})
}

// heapInUse returns the size of the objects that are in use.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 { // a pool keeps what it has for two collections
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAnEchoAllocatesTheMessageAlone(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector pools drop what they are given")
	}
	run(t, func(task *edo.Task) error {
		var input string
		c := web.ServerOver(loop{&input}, web.Limits{})
		in := string(masked(true, ws.OpText, strings.Repeat("x", 100)))
		allocs := testing.AllocsPerRun(200, func() {
			input = in
			m, err := c.Recv(task)
			if err == nil {
				err = c.Send(task, m)
			}
			if err != nil {
				t.Error(err)
			}
		})
		if allocs > 1 {
			t.Errorf("an echo has %v allocations, want 1", allocs)
		}
		return nil
	})
}
