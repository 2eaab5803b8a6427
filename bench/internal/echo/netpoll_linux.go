//go:build amd64 || arm64

package echo

import (
	"context"

	"github.com/cloudwego/netpoll"
)

func init() { servers["netpoll"] = serveNetpoll }

// serveNetpoll is CloudWeGo's netpoll, with as many pollers as workers.
func serveNetpoll(c Config) error {
	if err := netpoll.Configure(netpoll.Config{PollerNum: c.Workers}); err != nil {
		return err
	}
	listener, err := netpoll.CreateListener("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	loop, err := netpoll.NewEventLoop(func(_ context.Context, conn netpoll.Connection) error {
		reader, writer := conn.Reader(), conn.Writer()
		n := reader.Len()
		in, err := reader.Next(n)
		if err != nil {
			return err
		}
		out, err := writer.Malloc(n)
		if err != nil {
			return err
		}
		copy(out, in)
		if err := reader.Release(); err != nil {
			return err
		}
		return writer.Flush()
	})
	if err != nil {
		return err
	}
	c.Ready(listener.Addr().String())
	return loop.Serve(listener)
}
