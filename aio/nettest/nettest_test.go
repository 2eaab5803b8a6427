package nettest

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"golang.org/x/net/nettest"
)

// newRuntime returns a runtime that ends with the test.
func newRuntime(t *testing.T) *edo.Runtime {
	t.Helper()
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Shutdown(t.Context()); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return rt
}

// dialed returns the two ends of a connection by TCP.
func dialed(rt *edo.Runtime) (a, b *socket.Conn, err error) {
	err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		if a, err = socket.Dial(task, "tcp", l.Addr().String()); err != nil {
			return err
		}
		b, err = l.Accept(task)
		return err
	})
	return a, b, err
}

// closing returns a function that closes both.
func closing(a, b net.Conn) func() {
	return func() {
		a.Close()
		b.Close()
	}
}

func TestASocketIsANetConn(t *testing.T) {
	rt := newRuntime(t)
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		a, b, err := dialed(rt)
		if err != nil {
			return nil, nil, nil, err
		}
		c, d := aio.NetConn(rt, a), aio.NetConn(rt, b)
		return c, d, closing(c, d), nil
	})
}

func TestADuplexIsANetConn(t *testing.T) {
	rt := newRuntime(t)
	for name, size := range map[string]int{"of 16 bytes": 16, "of 64 KiB": 64 << 10} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
				a, b := aio.Duplex(size)
				c, d := aio.NetConn(rt, a), aio.NetConn(rt, b)
				return c, d, closing(c, d), nil
			})
		})
	}
}

func TestOneEndOfASocketIsPackageNets(t *testing.T) {
	rt := newRuntime(t)
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, nil, err
		}
		listener := aio.NetListener(rt, l)
		defer listener.Close()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return nil, nil, nil, err
		}
		d, err := listener.Accept()
		if err != nil {
			return nil, nil, nil, err
		}
		return c, d, closing(c, d), nil
	})
}
