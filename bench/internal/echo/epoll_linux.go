package echo

import (
	"fmt"
	"runtime"
	"syscall"
)

func init() { servers["epoll"] = serveEpoll }

// reusePort is SO_REUSEPORT, which package syscall does not have on every processor.
const reusePort = 15

// serveEpoll is a server without a library: one loop for each worker, with a listener and
// an epoll of its own, and no goroutine for a connection.
func serveEpoll(c Config) error {
	failed := make(chan error)
	port := 0
	for range c.Workers {
		listener, err := listen(port)
		if err != nil {
			return err
		}
		address, err := syscall.Getsockname(listener)
		if err != nil {
			return err
		}
		port = address.(*syscall.SockaddrInet4).Port
		go func() { failed <- loop(listener) }()
	}
	c.Ready(fmt.Sprintf("127.0.0.1:%d", port))
	return <-failed
}

func listen(port int) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, reusePort, 1); err != nil {
		return 0, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port}); err != nil {
		return 0, err
	}
	return fd, syscall.Listen(fd, 4096)
}

// loop serves the connections of a listener on a thread of its own.
func loop(listener int) error {
	// Register the listener.
	runtime.LockOSThread()
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	add := func(fd int) error {
		return syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
	}
	if err := add(listener); err != nil {
		return err
	}
	var events [256]syscall.EpollEvent
	buf := make([]byte, buffer)
	for {
		n, err := syscall.EpollWait(epoll, events[:], -1)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		for _, event := range events[:n] {
			// A connection: echo one read, and close it at its end or after an error.
			fd := int(event.Fd)
			if fd != listener {
				got, err := syscall.Read(fd, buf)
				if err == nil && got > 0 {
					// All requests that a client has under way fit into the socket's buffer.
					if written, err := syscall.Write(fd, buf[:got]); err == nil && written == got {
						continue
					}
				}
				syscall.Close(fd)
				continue
			}
			// The listener: accept all that wait.
			for {
				conn, _, err := syscall.Accept4(listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
				if err != nil {
					break
				}
				if err := syscall.SetsockoptInt(conn, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
					return err
				}
				if err := add(conn); err != nil {
					return err
				}
			}
		}
	}
}
