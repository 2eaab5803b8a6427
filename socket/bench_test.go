package socket_test

import (
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
