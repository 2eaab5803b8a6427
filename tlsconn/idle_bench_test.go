package tlsconn_test

import (
	"crypto/tls"
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/tlsconn"
)

// duplex is aio.Duplex, as readers and writers.
func duplex(room int) (a, b aio.ReadWriter) { return aio.Duplex(room) }

// keeps returns what the heap and the stacks hold more after fn, for each of n.
func keeps(n int, fn func()) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&before)
	fn()
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return float64(int64(after.HeapInuse+after.StackInuse)-int64(before.HeapInuse+before.StackInuse)) / float64(n)
}

// largeRecord is what each connection of BenchmarkIdle has read before it is idle.
const largeRecord = 16 << 10

// BenchmarkIdle tells what an end of an idle connection holds, by a future of edo and by crypto/tls on a
// goroutine: it has read a large record, and waits for the next. Both are over a connection in memory.
func BenchmarkIdle(b *testing.B) {
	b.Run("edo", func(b *testing.B) {
		run(b, func(task *edo.Task) error {
			var conns []*tlsconn.Conn
			b.ReportMetric(keeps(2*b.N, func() { conns = idlePairs(b, task, b.N) }), "B/end")
			for _, c := range conns {
				c.Close()
			}
			return nil
		})
	})
	b.Run("goroutine", func(b *testing.B) {
		var pipes []net.Conn
		b.ReportMetric(keeps(2*b.N, func() {
			for range b.N {
				x, y := net.Pipe()
				ends := []*tls.Conn{tls.Server(x, serverConfig()), tls.Client(y, clientConfig())}
				ready := make(chan error)
				for _, c := range ends {
					go func() {
						p := make([]byte, largeRecord)
						_, err := io.ReadFull(c, p)
						ready <- err
						c.Read(p[:1])
					}()
				}
				for _, c := range ends {
					if _, err := c.Write(make([]byte, largeRecord)); err != nil {
						b.Fatal(err)
					}
					if err := <-ready; err != nil {
						b.Fatal(err)
					}
				}
				pipes = append(pipes, x, y)
			}
		}), "B/end")
		for _, c := range pipes {
			c.Close()
		}
	})
}

// idlePairs returns n pairs, each end of which has read a large record, and has a task that waits for
// more.
func idlePairs(t testing.TB, task *edo.Task, n int) (conns []*tlsconn.Conn) {
	for range n {
		a, b := pair(t, task, 1<<10, serverConfig(), clientConfig())
		for _, c := range [][2]*tlsconn.Conn{{a, b}, {b, a}} {
			reading := edo.Spawn(task, aio.ReadFullFuture(c[0], make([]byte, largeRecord)))
			if _, err := c[1].Write(task, make([]byte, largeRecord)); err != nil {
				t.Fatal(err)
			}
			if _, err := reading.Await(task); err != nil {
				t.Fatal(err)
			}
			edo.Spawn(task, edo.Future[int](quiet{aio.ReadFuture(c[0], make([]byte, 1))}))
		}
		edo.Yield(task) // they wait now
		conns = append(conns, a, b)
	}
	return conns
}

// quiet is a future without its error: it ends when the connection is closed.
type quiet struct{ f edo.Future[int] }

func (q quiet) Poll(cx *edo.Context) (int, edo.Poll, error) {
	n, poll, _ := q.f.Poll(cx)
	return n, poll, nil
}

// The bound is far above what an end holds, and below what it would hold with the buffer of a large
// record.
func TestAnIdleConnectionHasGivenBackWhatALargeRecordTook(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = 200
	run(t, func(task *edo.Task) error {
		var conns []*tlsconn.Conn
		if each := keeps(2*n, func() { conns = idlePairs(t, task, n) }); each > 12<<10 {
			t.Errorf("an end of an idle connection holds %.0f bytes", each)
		}
		for _, c := range conns {
			c.Close()
		}
		return nil
	})
}
