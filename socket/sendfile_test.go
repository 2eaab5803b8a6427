package socket_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
)

// counting counts how a connection is written to.
type counting struct {
	*socket.Conn
	sent, written, unsupported int
}

func (c *counting) PollSendFile(cx *edo.Context, f *os.File, offset, n int64) (int64, edo.Poll, error) {
	sent, poll, err := c.Conn.PollSendFile(cx, f, offset, n)
	c.sent += int(sent)
	if errors.Is(err, errors.ErrUnsupported) {
		c.unsupported++
	}
	return sent, poll, err
}

func (c *counting) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, poll, err := c.Conn.PollWrite(cx, p)
	c.written += n
	return n, poll, err
}

// tcpEnds runs fn with both ends of a connection, on the real driver.
func tcpEnds(fn func(task *edo.Task, a, b *socket.Conn) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0", socket.Limit(9))
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer b.Close()
		return fn(task, a, b)
	}
}

// testFile returns a file of n bytes, and these.
func testFile(t *testing.T, n int) (*os.File, []byte) {
	t.Helper()
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(i % 251)
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, text
}

// On Linux every byte of a file goes through sendfile. Elsewhere, and in the simulator, every
// one is written.
func TestSendFileMakesTheSystemCallAndElsewhereACopy(t *testing.T) {
	f, text := testFile(t, 3_000_000)
	if _, err := f.Seek(17, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	main := func(hasSendFile bool) func(task *edo.Task) error {
		return tcpEnds(func(task *edo.Task, a, b *socket.Conn) error {
			w := &counting{Conn: b}
			sender := edo.Go(task, func(task *edo.Task) error {
				n, err := aio.SendFile(task, w, f, 1000, -1)
				if n != int64(len(text)-1000) || err != nil {
					return fmt.Errorf("sent %d, %w", n, err)
				}
				// The end of the file left room: a write goes out at once.
				if _, err := b.Write(task, []byte("end")); err != nil {
					return err
				}
				return b.CloseWrite()
			})
			got, err := aio.ReadAll(task, a, nil)
			if err != nil {
				return err
			}
			if _, err := sender.Await(task); err != nil {
				return err
			}
			if !bytes.Equal(got, append(text[1000:len(text):len(text)], "end"...)) {
				return fmt.Errorf("%d bytes arrived, which are not those of the file", len(got))
			}
			if bySystem := w.sent == len(text)-1000 && w.written == 0; bySystem != hasSendFile {
				return fmt.Errorf("%d bytes by PollSendFile, %d by PollWrite, %d times unsupported", w.sent, w.written, w.unsupported)
			}
			if at, err := f.Seek(0, io.SeekCurrent); at != 17 || err != nil {
				return fmt.Errorf("the file is at %d, %v", at, err)
			}
			return nil
		})
	}
	if err := edo.Run(main(!portable)); err != nil {
		t.Error(err)
	}
	if err := sim.Run(1, main(false)); err != nil {
		t.Error("simulated:", err)
	}
}

// polled is a future of one PollSendFile after the other, until one has ended.
func polled(task *edo.Task, c *socket.Conn, f *os.File, offset, n int64) (int64, error) {
	return edo.Await(task, tasktest.PollFunc[int64](func(cx *edo.Context) (int64, edo.Poll, error) {
		return c.PollSendFile(cx, f, offset, n)
	}))
}

func TestErrorsOfPollSendFile(t *testing.T) {
	if portable {
		t.Skip("every file is unsupported: TestSendFileMakesTheSystemCallAndElsewhereACopy")
	}
	f, _ := testFile(t, 100)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	err = edo.Run(tcpEnds(func(task *edo.Task, a, b *socket.Conn) error {
		for offset, want := range map[int64]int64{0: 60, 90: 10, 100: 0, 1 << 40: 0} {
			if n, err := polled(task, a, f, offset, 60); n != want || err != nil {
				return fmt.Errorf("at %d: sent %d, %v", offset, n, err)
			}
		}
		if _, err := polled(task, a, r, 0, 9); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("a pipe: %v", err)
		}
		if _, err := polled(task, a, f, -1, 9); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("before the beginning: %v", err)
		}
		if err := a.SetWriteDeadline(time.Unix(1, 0)); err != nil {
			return err
		}
		if _, err := polled(task, a, f, 0, 9); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("after the deadline: %v", err)
		}
		if err := errors.Join(a.SetWriteDeadline(time.Time{}), a.CloseWrite()); err != nil {
			return err
		}
		if _, err := polled(task, a, f, 0, 9); !errors.Is(err, syscall.EPIPE) {
			return fmt.Errorf("after CloseWrite: %v", err)
		}
		a.Close()
		if _, err := polled(task, a, f, 0, 9); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("after Close: %v", err)
		}
		f.Close()
		if _, err := polled(task, b, f, 0, 9); !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("a file that is closed: %v", err)
		}
		if _, err := aio.SendFile(task, b, f, 0, 9); !errors.Is(err, os.ErrClosed) {
			return fmt.Errorf("a file that is closed: %v", err)
		}
		return nil
	}))
	if err != nil {
		t.Error(err)
	}
}
