package tlsconn_test

import (
	"errors"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// A Close offers the connection below what was written, in a poll of its own: the task that
// waits there must hear of the Close all the same.
func TestAWriteThatACloseInterruptsFails(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := pair(t, task, 100, serverConfig(), clientConfig())
		defer b.Close()
		writer := edo.GoValue(task, func(task *edo.Task) (int, error) { return a.Write(task, make([]byte, 1000)) })
		for range 10 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		a.Close()
		if n, err := writer.Await(task); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write = %d, %v", n, err)
		}
		if err := aio.Flush(task, a); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Flush of a closed Conn = %v", err)
		}
		if err := a.CloseWrite(task); !errors.Is(err, net.ErrClosed) {
			t.Errorf("CloseWrite of a closed Conn = %v", err)
		}
		if _, err := a.Write(task, []byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write of a closed Conn = %v", err)
		}
		return nil
	})
}
