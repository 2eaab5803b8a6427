package web_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// idleConn is how many bytes a Conn takes while it waits, besides its connection and its task.
const idleConn = 180

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

// Connections on which a part of a frame has come, and then nothing: they hold about as much as has come,
// and no buffer of 16 KiB.
func TestAPartOfAFrameHoldsWhatHasCome(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector allocations are larger")
	}
	long := strings.Repeat("x", 16<<10)
	frame := string(masked(true, ws.OpBinary, long))
	fragment := string(masked(false, ws.OpBinary, long[:1000]))
	for _, c := range []struct {
		name string
		in   string
		most int // bytes, besides those of an idle connection
	}{
		{"a byte of a header", frame[:1], 200},
		{"half a header", frame[:4], 200},
		{"a header", frame[:8], 200},
		{"a header and a byte", frame[:9], 200},
		{"the header of a huge frame", string(masked(true, ws.OpBinary, strings.Repeat("x", 1<<20)))[:14], 200},
		{"1000 bytes of 16 KiB", frame[:1000], 1000*5/4 + 200},
		{"half of 16 KiB", frame[:8<<10], 8<<10*5/4 + 200},
		{"12 KiB of 16 KiB", frame[:12<<10+100], 16<<10 + 500},
		{"behind a whole one", string(masked(true, ws.OpPong, "")) + frame[:8<<10], 8<<10*5/4 + 200},
		{"behind a fragment", fragment + string(masked(true, ws.OpContinuation, long))[:8<<10], 9<<10*5/4 + 200},
		{"a fragment", fragment, 1300},
	} {
		t.Run(c.name, func(t *testing.T) {
			const n = 1000
			task := edotest.NewTask()
			all := make([]*web.Conn, n)
			inputs := make([]string, n)
			var limits web.Limits
			before := heapInUse()
			for i := range all {
				all[i] = web.ServerOver(loop{&inputs[i]}, limits)
				inputs[i] = c.in
				edotest.RequireNextPending(t, task, all[i])
			}
			each := int(heapInUse()-before) / n
			t.Logf("%d bytes each, of which %d have come", each, len(c.in))
			if each > idleConn+c.most {
				t.Errorf("a connection holds %d bytes, and %d have come", each, len(c.in))
			}
			runtime.KeepAlive(all)
		})
	}
}

// However a frame is cut, and whichever part of it comes first and waits, the message is the same, and so
// is the one behind it.
func TestAFrameIsTheSameHoweverItIsCut(t *testing.T) {
	run(t, func(task *edo.Task) error {
		for _, size := range []int{0, 1, 125, 126, 1000, 12 << 10, 16<<10 + 1, 40 << 10, 70_000} {
			first := strings.ToValidUTF8(strings.Repeat("0123456789abcdeé", size/17+1)[:size], "?")
			p := append(masked(true, ws.OpText, first), masked(true, ws.OpText, "behind")...)
			for _, cuts := range [][]int{{1}, {2}, {3}, {7}, {13}, {15}, {5000}, {12 << 10}, {17 << 10}, {1, 2}, {2, 5000}, {100, 13 << 10}, {5000, 10_000, 30_000}, {13 << 10, 20 << 10}} {
				conn, peer := server(task, web.Limits{})
				from, text := 0, first
				for _, at := range append(cuts, len(p)) {
					if at = min(at, len(p)); at <= from {
						continue
					}
					peer.write(t, p[from:at])
					from = at
					if at == len(p) {
						break
					}
					h := edo.GoValue(task, func(task *edo.Task) (web.Message, error) { return conn.Recv(task) })
					tasktest.YieldTimes(task, 3)
					if h.Finished() { // the first message is whole
						m, err := h.Await(task)
						if err != nil || m.String() != text {
							t.Fatalf("%d bytes, cut at %v: Recv = %d bytes, %v", size, cuts, len(m.Data), err)
						}
						text = "behind"
						continue
					}
					h.Abort()
					h.Await(task)
				}
				wantMessage(t, task, conn, web.Text(text))
				if text != "behind" {
					wantMessage(t, task, conn, web.Text("behind"))
				}
				conn.Drop()
				peer.Close()
			}
		}
		return nil
	})
}
