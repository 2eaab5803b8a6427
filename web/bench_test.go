package web_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// BenchmarkEcho receives and sends a message over a connection that costs nothing.
func BenchmarkEcho(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"64", 64}, {"4096", 4096}} {
		b.Run(c.name, func(b *testing.B) {
			err := edo.Run(func(task *edo.Task) error {
				var input string
				conn := web.ServerOver(loop{&input}, web.Limits{})
				in := string(masked(true, ws.OpBinary, strings.Repeat("x", c.size)))
				b.ReportAllocs()
				for b.Loop() {
					input = in
					m, err := conn.Recv(task)
					if err == nil {
						err = conn.Send(task, m)
					}
					if err != nil {
						return err
					}
				}
				return nil
			}, edo.WithConfig(edo.Config{CurrentThread: true}))
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
