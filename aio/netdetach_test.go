package aio_test

import (
	"errors"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// detacher is a net.Conn of NetConn.
type detacher interface{ Detach() (aio.Conn, error) }

func TestADetachedConnectionGoesOnWithoutItsNetConn(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		a, b := aio.Duplex(16)
		defer b.Close()
		conn := aio.NetConn(task, a)
		if _, err := conn.Write([]byte("one")); err != nil {
			return err
		}
		inner, err := conn.(detacher).Detach()
		if err != nil || inner != aio.Conn(a) {
			t.Fatalf("Detach = %v, %v", inner, err)
		}
		if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write afterwards = %v", err)
		}
		if err := conn.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Close afterwards = %v", err)
		}
		if _, err := conn.(detacher).Detach(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a second Detach = %v", err)
		}
		if _, err := aio.WriteAll(task, inner, []byte("two")); err != nil {
			return err
		}
		a.Close()
		p, err := aio.ReadAll(task, b, nil)
		if string(p) != "onetwo" {
			t.Errorf("the other side has read %q", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
