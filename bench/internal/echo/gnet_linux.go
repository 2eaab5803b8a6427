package echo

import (
	"fmt"
	"syscall"

	"github.com/panjf2000/gnet/v2"
)

func init() { servers["gnet"] = serveGnet }

// serveGnet is gnet, with as many event loops as workers.
func serveGnet(c Config) error {
	handler := &gnetHandler{ready: c.Ready}
	err := gnet.Run(handler, "tcp://127.0.0.1:0",
		gnet.WithNumEventLoop(c.Workers), gnet.WithTCPNoDelay(gnet.TCPNoDelay),
		gnet.WithReadBufferCap(buffer), gnet.WithLogger(silent{}))
	if err == nil {
		err = handler.err
	}
	return err
}

type gnetHandler struct {
	gnet.BuiltinEventEngine
	ready func(string)
	err   error
}

// OnBoot reads the port of the listener.
func (h *gnetHandler) OnBoot(engine gnet.Engine) gnet.Action {
	fd, err := engine.Dup()
	if err != nil {
		h.err = err
		return gnet.Shutdown
	}
	defer syscall.Close(fd)
	address, err := syscall.Getsockname(fd)
	if err != nil {
		h.err = err
		return gnet.Shutdown
	}
	h.ready(fmt.Sprintf("127.0.0.1:%d", address.(*syscall.SockaddrInet4).Port))
	return gnet.None
}

func (h *gnetHandler) OnTraffic(conn gnet.Conn) gnet.Action {
	in, err := conn.Next(-1)
	if err != nil {
		return gnet.Close
	}
	if _, err := conn.Write(in); err != nil {
		return gnet.Close
	}
	return gnet.None
}

// silent is a logger that prints nothing: the parent expects the address on the output.
type silent struct{}

func (silent) Debugf(string, ...any) {}
func (silent) Infof(string, ...any)  {}
func (silent) Warnf(string, ...any)  {}
func (silent) Errorf(string, ...any) {}
func (silent) Fatalf(string, ...any) {}
