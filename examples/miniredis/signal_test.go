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

// One client is idle, one is blocked, one is a subscriber, and one does not read what it has
// asked for.
func TestAnInterruptEndsTheServerAndItsClients(t *testing.T) {
	p := trial.Start(t)
	addr := p.Addr()
	var conns []net.Conn
	for _, send := range []string{"PING\r\n", "PING\r\nBLPOP q 0\r\n", "PING\r\nSUBSCRIBE c\r\n",
		"PING\r\nSET k " + strings.Repeat("x", 60_000) + "\r\n" + strings.Repeat("GET k\r\n", 2000)} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, send); err != nil {
			t.Fatal(err)
		}
		pong := make([]byte, 7)
		if _, err := io.ReadFull(conn, pong); string(pong) != "+PONG\r\n" || err != nil {
			t.Fatalf("got %q, %v", pong, err)
		}
		conns = append(conns, conn)
	}
	p.Signal(os.Interrupt)
	if _, stderr, code := p.Wait(); code != 0 {
		t.Errorf("exit code %d, and %q", code, stderr)
	}
	if rest, err := io.ReadAll(conns[0]); len(rest) > 0 || err != nil {
		t.Errorf("got %q, %v", rest, err)
	}
}
