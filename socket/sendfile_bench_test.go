package socket_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
)

// copying hides PollSendFile.
type copying struct{ aio.Writer }

// A megabyte of a file that is in memory, to a task that reads it.
func BenchmarkSendFileOfAMegabyte(b *testing.B) {
	const size = 1 << 20
	name := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for of, writer := range map[string]func(c *socket.Conn) aio.Writer{
		"the system call": func(c *socket.Conn) aio.Writer { return c },
		"a copy":          func(c *socket.Conn) aio.Writer { return copying{c} },
	} {
		b.Run(of, func(b *testing.B) {
			b.SetBytes(size)
			err := edo.Run(tcpEnds(func(task *edo.Task, to, from *socket.Conn) error {
				reader := edo.Go(task, func(task *edo.Task) error {
					for p := make([]byte, 256<<10); ; {
						if n, err := from.Read(task, p); n == 0 || err != nil {
							return nil
						}
					}
				})
				w := writer(to)
				for b.Loop() {
					if n, err := aio.SendFile(task, w, f, 0, -1); n != size || err != nil {
						b.Fatal(n, err)
					}
				}
				to.CloseWrite()
				_, err := reader.Await(task)
				return err
			}))
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
