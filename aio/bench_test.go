package aio_test

import (
	"io"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// BenchmarkNetConnEcho is 64 bytes there and back between two goroutines over TCP, beside that of
// package net.
func BenchmarkNetConnEcho(b *testing.B) {
	rt := newRuntime(b)
	b.Run("edo", func(b *testing.B) {
		x, y := dialed(b, rt)
		benchmarkEcho(b, aio.NetConn(rt, x), aio.NetConn(rt, y))
	})
	b.Run("net", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		x, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		y, err := l.Accept()
		if err != nil {
			b.Fatal(err)
		}
		benchmarkEcho(b, x, y)
	})
}

func benchmarkEcho(b *testing.B, x, y net.Conn) {
	defer x.Close()
	go func() {
		defer y.Close()
		io.Copy(y, struct{ io.Reader }{y})
	}()
	p := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Write(p); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(x, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadLine reads lines of 16 bytes through a buffer, in direct style.
func BenchmarkReadLine(b *testing.B) {
	err := edo.Run(func(task *edo.Task) error {
		x, y := aio.Duplex(64 << 10)
		defer y.Close()
		edo.Go(task, func(task *edo.Task) error {
			lines := make([]byte, 16<<10)
			for i := range lines {
				if lines[i] = 'x'; i%16 == 15 {
					lines[i] = '\n'
				}
			}
			for {
				if _, err := aio.WriteAll(task, x, lines); err != nil {
					return nil // y was closed
				}
			}
		})
		r := aio.NewBufferedReader(y, 0)
		b.ReportAllocs()
		for b.Loop() {
			if line, err := r.ReadLine(task); len(line) != 15 || err != nil {
				b.Errorf("%q, %v", line, err)
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
