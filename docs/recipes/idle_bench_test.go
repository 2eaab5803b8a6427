//go:build linux

package recipes

import (
	"bufio"
	"context"
	"net"
	"runtime"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// BenchmarkIdleConnection measures the memory that a server keeps for an idle connection,
// on the heap and in stacks. The handlers are straight-line code, and each has answered one
// line. The clients are descriptors, without a Go object.
//
//	go test ./docs/recipes -run '^$' -bench IdleConnection -benchtime 2000x
func BenchmarkIdleConnection(b *testing.B) {
	b.Run("goroutines", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go serveLines(conn)
			}
		}()
		countIdle(b, l.Addr())
	})
	b.Run("edo", func(b *testing.B) {
		rt, err := edo.New(edo.Config{})
		if err != nil {
			b.Fatal(err)
		}
		defer rt.Shutdown(context.Background())
		l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		edo.Go(rt, func(task *edo.Task) error {
			for conn, err := range stream.All(task, l.Incoming()) {
				if err != nil {
					return err
				}
				lines := codec.NewFramed(conn, &codec.Lines{})
				edo.Spawn(task, stream.ForEachTask(lines, func(task *edo.Task, line string) error {
					return lines.Send(task, "you said "+line)
				}))
			}
			return task.Err()
		}, edo.Owns(l))
		countIdle(b, l.Addr())
	})
}

// serveLines is the server in plain Go: a goroutine, and a buffer for each direction.
func serveLines(conn net.Conn) {
	defer conn.Close()
	lines, w := bufio.NewScanner(conn), bufio.NewWriter(conn)
	for lines.Scan() {
		w.WriteString("you said " + lines.Text() + "\n")
		if w.Flush() != nil {
			return
		}
	}
}

// countIdle connects b.N times, has one line answered on each, and reports the memory that is kept.
func countIdle(b *testing.B, addr net.Addr) {
	to := &syscall.SockaddrInet4{Port: addr.(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}
	clients := make([]int, 0, b.N)
	defer func() {
		for _, fd := range clients {
			syscall.Close(fd)
		}
	}()
	before := inUse()
	reply := make([]byte, 64)
	for range b.N {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			b.Fatal(err)
		}
		clients = append(clients, fd)
		if err := syscall.Connect(fd, to); err != nil {
			b.Fatal(err)
		}
		if _, err := syscall.Write(fd, []byte("hello\n")); err != nil {
			b.Fatal(err)
		}
		if n, err := syscall.Read(fd, reply); err != nil || string(reply[:n]) != "you said hello\n" {
			b.Fatalf("%q %v", reply[:max(n, 0)], err)
		}
	}
	b.ReportMetric(float64(inUse()-before)/float64(b.N), "B/conn")
}

// inUse returns how many bytes of the heap and of stacks are in use.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
