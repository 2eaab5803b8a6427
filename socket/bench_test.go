package socket_test

import (
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

func BenchmarkEchoOf64Bytes(b *testing.B) {
	err := edo.Run(withClient(echo, func(task *edo.Task, conn *socket.Conn) error {
		p := make([]byte, 64)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := conn.Write(task, p); err != nil {
				return err
			}
			if err := readFull(task, conn, p); err != nil {
				return err
			}
		}
		return nil
	}))
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkEchoOf64BytesByAFuture(b *testing.B) {
	err := edo.Run(withClient(echo, func(task *edo.Task, conn *socket.Conn) error {
		b.ReportAllocs()
		b.ResetTimer()
		_, err := edo.Await(task, edo.Future[edo.Unit](&turns{conn: conn, p: make([]byte, 64), left: b.N}))
		return err
	}))
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWritesOfSeveralTasks has eight tasks write one connection: seven of them wait
// for the turn while one waits for room.
func BenchmarkWritesOfSeveralTasks(b *testing.B) {
	discard := func(task *edo.Task, conn *socket.Conn) error {
		p := make([]byte, 64<<10)
		for {
			if _, err := conn.Read(task, p); err != nil {
				return nil
			}
		}
	}
	err := edo.Run(withClient(discard, func(task *edo.Task, conn *socket.Conn) error {
		const writers, size = 8, 1 << 20
		data := make([]byte, size)
		b.SetBytes(writers * size)
		for b.Loop() {
			var writes [writers]*edo.JoinHandle[edo.Unit]
			for i := range writes {
				writes[i] = edo.Go(task, func(task *edo.Task) error {
					_, err := conn.Write(task, data)
					return err
				})
			}
			for _, w := range writes {
				if _, err := w.Await(task); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStackOfAWaitingHandler reports how much stack a handler in direct style has
// while it waits in Read: 2 KiB, if the functions of a read keep to small frames.
func BenchmarkStackOfAWaitingHandler(b *testing.B) {
	const n = 1000
	perHandler := 0.0
	err := edo.Run(func(task *edo.Task) error {
		l, err := serve(task, echo)
		if err != nil {
			return err
		}
		defer l.Close()
		for b.Loop() {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			conns := make([]*socket.Conn, n)
			for i := range conns {
				if conns[i], err = socket.Dial(task, "tcp", l.Addr().String()); err != nil {
					return err
				}
				if _, err := conns[i].Write(task, []byte("x")); err != nil {
					return err
				}
				if err := readFull(task, conns[i], make([]byte, 1)); err != nil {
					return err
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			perHandler = float64(after.StackInuse-before.StackInuse) / n
			for _, conn := range conns {
				conn.Close()
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(perHandler, "stack-B/handler")
}
