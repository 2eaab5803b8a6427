package socket

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
)

// sendRights sends a datagram that passes a file, from a socket without a name.
func sendRights(path, text string, file *os.File) error {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return syscall.Sendmsg(fd, []byte(text), syscall.UnixRights(int(file.Fd())), &syscall.SockaddrUnix{Name: path}, 0)
}

// A datagram may pass files to a socket that does not want them, from any process that may write to
// its path. Its bytes are received, by every way to receive, and the files are closed.
func TestFilesThatADatagramPassesAreClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	p := make([]byte, 9)
	for name, receive := range map[string]func(task *edo.Task, c *PacketConn) (int, error){
		"ReadFromPath": func(task *edo.Task, c *PacketConn) (int, error) {
			n, _, err := c.ReadFromPath(task, p)
			return n, err
		},
		"Read": func(task *edo.Task, c *PacketConn) (int, error) { return c.Read(task, p) },
		"ReadBatch": func(task *edo.Task, c *PacketConn) (int, error) {
			ms := []Message{{Buffer: p}}
			_, err := c.ReadBatch(task, ms)
			if err == nil && ms[0].Cut {
				err = errors.New("the datagram was cut")
			}
			return ms[0].N, err
		},
	} {
		err := edo.Run(func(task *edo.Task) error {
			c, err := ListenPacket(task, "unixgram", path)
			if err != nil {
				return err
			}
			defer c.Close()
			r, w, err := os.Pipe()
			if err != nil {
				return err
			}
			defer r.Close()
			err = sendRights(path, "text", w)
			w.Close() // what was passed is the last one
			if err != nil {
				return err
			}
			if n, err := receive(task, c); string(p[:n]) != "text" || err != nil {
				return fmt.Errorf("received %q, %v", p[:n], err)
			}
			if _, err := r.Read(p); err != io.EOF { // it would wait while the process had the other end
				return fmt.Errorf("a read of the pipe: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
