//go:build unix

package main

import (
	"io"
	"net"
	"os"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestAnInterruptEndsTheServer(t *testing.T) {
	for style := range styles {
		t.Run(style, func(t *testing.T) {
			p := trial.Start(t, "-style", style)
			addr := p.Addr()
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if answer, err := io.ReadAll(conn); string(answer) != "hello world" || err != nil {
				t.Errorf("got %q, %v", answer, err)
			}
			p.Signal(os.Interrupt)
			if stdout, stderr, code := p.Wait(); stdout != "" || stderr != "" || code != 0 {
				t.Errorf("exit code %d, output %q and %q", code, stdout, stderr)
			}
			if conn, err := net.Dial("tcp", addr); err == nil {
				conn.Close()
				t.Error("something still listens")
			}
		})
	}
}
