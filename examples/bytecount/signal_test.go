//go:build unix

package main

import (
	"net"
	"os"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

// connect connects to a server and sends text, and leaves the connection open.
func connect(t *testing.T, addr, text string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// awaitAccepted waits until the server has accepted all connections that were made until
// now: it makes another one after them, and waits until that one is counted.
func awaitAccepted(t *testing.T, p *trial.Process, addr string) {
	t.Helper()
	connect(t, addr, "1234567").CloseWrite()
	for p.Line() != "bytes read = 7" {
	}
}

// awaitRefused waits until the server does not accept any more.
func awaitRefused(addr string) {
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		conn.Close()
	}
}

func TestTheFirstInterruptStopsAcceptingAndLetsConnectionsFinish(t *testing.T) {
	for style := range styles {
		t.Run(style, func(t *testing.T) {
			p := trial.Start(t, "-style", style, "-tick", "10ms")
			addr := p.Addr()
			one, two := connect(t, addr, "123"), connect(t, addr, "")
			awaitAccepted(t, p, addr)
			p.Signal(os.Interrupt)
			awaitRefused(addr)
			if _, err := one.Write([]byte("45")); err != nil {
				t.Fatal(err)
			}
			one.CloseWrite()
			for p.Line() != "bytes read = 5" {
			}
			two.CloseWrite()
			if _, stderr, code := p.Wait(); stderr != "" || code != 0 {
				t.Errorf("exit code %d, %q", code, stderr)
			}
		})
	}
}

func TestTheSecondInterruptEndsTheConnectionsToo(t *testing.T) {
	for style := range styles {
		t.Run(style, func(t *testing.T) {
			p := trial.Start(t, "-style", style, "-tick", "10ms")
			addr := p.Addr()
			connect(t, addr, "123")
			awaitAccepted(t, p, addr)
			p.Signal(os.Interrupt)
			awaitRefused(addr)
			p.Signal(os.Interrupt)
			if _, stderr, code := p.Wait(); stderr != "" || code != 0 {
				t.Errorf("exit code %d, %q", code, stderr)
			}
		})
	}
}

func TestATickThatIsNotPositiveIsAClearError(t *testing.T) {
	if _, stderr, code := trial.Start(t, "-tick", "0s").Wait(); code != 1 || stderr == "" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
