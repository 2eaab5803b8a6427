//go:build unix

package aio_test

import (
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
)

// BenchmarkProxy is a message there and back through a proxy, between two goroutines of
// package net: by CopyBidirectional between connections, which splices what is large; by the
// same with their type hidden, which copies; and by io.Copy of package net, which always
// splices.
func BenchmarkProxy(b *testing.B) {
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
			go serveMessages(conn)
		}
	}()
	for _, size := range []int{64, 4 << 10, 16 << 10, 32 << 10, 64 << 10, 256 << 10, 1 << 20, 16 << 20} {
		for name, run := range map[string]func(b *testing.B, backend string, use func(addr string)){
			"spliced": func(b *testing.B, backend string, use func(addr string)) {
				edoProxy(b, backend, use, func(c *socket.Conn) aio.ReadWriter { return c })
			},
			"copied": func(b *testing.B, backend string, use func(addr string)) {
				edoProxy(b, backend, use, func(c *socket.Conn) aio.ReadWriter { return struct{ aio.ReadWriter }{c} })
			},
			"net": netProxy,
		} {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				run(b, l.Addr().String(), func(addr string) { sendMessages(b, addr, size) })
			})
		}
	}
}

// serveMessages answers each message, whose size comes first, by as many bytes.
func serveMessages(conn net.Conn) {
	defer conn.Close()
	var head [4]byte
	p := make([]byte, 64<<10)
	for {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		size := int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3])
		for _, op := range []func(p []byte) (int, error){
			func(p []byte) (int, error) { return io.ReadFull(conn, p) },
			conn.Write,
		} {
			for left := size; left > 0; left -= len(p) {
				if _, err := op(p[:min(left, len(p))]); err != nil {
					return
				}
			}
		}
	}
}

func sendMessages(b *testing.B, addr string, size int) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	message := make([]byte, 4+size)
	message[0], message[1], message[2], message[3] = byte(size>>24), byte(size>>16), byte(size>>8), byte(size)
	b.SetBytes(2 * int64(size))
	before := processorTime(b)
	for b.Loop() {
		if _, err := conn.Write(message); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(conn, message[4:]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// processorTime returns that of the process, which has both ends and the proxy.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func edoProxy(b *testing.B, backend string, use func(addr string), as func(c *socket.Conn) aio.ReadWriter) {
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			use(l.Addr().String())
			return edo.Unit{}, nil
		})
		client, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer client.Close()
		server, err := socket.Dial(task, "tcp", backend)
		if err != nil {
			return err
		}
		defer server.Close()
		_, _, err = aio.CopyBidirectional(task, as(client), as(server))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func netProxy(b *testing.B, backend string, use func(addr string)) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		server, err := net.Dial("tcp", backend)
		if err != nil {
			return
		}
		defer server.Close()
		go io.Copy(client, server)
		io.Copy(server, client)
	}()
	use(l.Addr().String())
}
