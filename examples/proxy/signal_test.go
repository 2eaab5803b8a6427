//go:build unix

package main

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

// The backend is a server of package net, which sends back what it receives.
func TestAnInterruptEndsTheProxyWhenItsConnectionsHaveEnded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(conn, conn)
				conn.Close()
			}()
		}
	}()
	p := trial.Start(t, "-backends", l.Addr().String(), "-drain", "1h")
	addr := p.Addr()
	numbers, ok := strings.CutPrefix(p.Line(), "numbers on ")
	if !ok {
		t.Fatal("no address for the numbers")
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	say := func(text string) {
		t.Helper()
		got := make([]byte, len(text))
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, got); string(got) != text || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	say("before")
	p.Signal(os.Interrupt)
	for { // until it listens no more
		other, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		other.Close()
	}
	say("after")
	asked, err := net.Dial("tcp", numbers)
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	if line, err := io.ReadAll(asked); !strings.Contains(string(line), " answers, open ") || err != nil {
		t.Errorf("told %q, %v", line, err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(conn); len(rest) > 0 || err != nil {
		t.Errorf("got %q, %v", rest, err)
	}
	if stdout, stderr, code := p.Wait(); stdout != "" || code != 0 {
		t.Errorf("exit code %d, output %q and %q", code, stdout, stderr)
	}
}
