package faults_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// exhaust leaves the process no free descriptor, until the function that it returns is called.
func exhaust() (restore func(), err error) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		return nil, err
	}
	lowest, err := nextDescriptor()
	if err != nil {
		return nil, err
	}
	after := before
	after.Cur = uint64(lowest)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &after); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }), nil
}

// Each call that needs a descriptor says that there is none, keeps nothing, and works when there is
// one again.
func TestEveryCallThatNeedsADescriptorSaysThatThereIsNone(t *testing.T) {
	if !tasktest.InChild(t, nil, "needs a child process") {
		return
	}
	path := filepath.Join(t.TempDir(), "socket")
	var opened []interface{ Close() error }
	keep := func(c interface{ Close() error }, err error) error {
		if err == nil {
			opened = append(opened, c)
		}
		return err
	}
	err := edo.Run(withEnds(func(task *edo.Task, a, b *socket.Conn) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		local, err := socket.Listen(task, "unix", path)
		if err != nil {
			return err
		}
		defer local.Close()
		file, err := a.File()
		if err != nil {
			return err
		}
		defer file.Close()
		listens, err := l.File()
		if err != nil {
			return err
		}
		defer listens.Close()
		served := edo.Go(task, func(task *edo.Task) error { // of the handshake, once it can be made
			in := l.Incoming() // goes on when an accept found no descriptor
			defer in.Drop()
			c, _, err := edo.Next(task, in)
			if err == nil {
				err = keep(c, err)
			}
			if err == nil {
				_, err = tlsconn.NewAcceptor(serverConfig()).Accept(task, c)
			}
			return err
		})
		at := l.Addr().String()
		calls := []struct {
			name string
			call func() error
		}{
			{"Dial of TLS", func() error { c, err := tlsconn.Dial(task, "tcp", at, clientConfig()); return keep(c, err) }},
			{"Dial", func() error { c, err := socket.Dial(task, "tcp", at); return keep(c, err) }},
			{"Dial of a path", func() error { c, err := socket.Dial(task, "unix", path); return keep(c, err) }},
			{"Listen", func() error { c, err := socket.Listen(task, "tcp", "127.0.0.1:0"); return keep(c, err) }},
			{"Listen on a path", func() error { c, err := socket.Listen(task, "unix", path+"2"); return keep(c, err) }},
			{"ListenPacket", func() error { c, err := socket.ListenPacket(task, "udp", "127.0.0.1:0"); return keep(c, err) }},
			{"DialPacket", func() error { c, err := socket.DialPacket(task, "udp", at); return keep(c, err) }},
			{"ConnFromFile", func() error { c, err := socket.ConnFromFile(task, file); return keep(c, err) }},
			{"ListenerFromFile", func() error { c, err := socket.ListenerFromFile(task, listens); return keep(c, err) }},
			{"File of a connection", func() error { f, err := a.File(); return keep(f, err) }},
			{"File of a listener", func() error { f, err := l.File(); return keep(f, err) }},
		}
		before := descriptors()
		restore, err := exhaust()
		if err != nil {
			return err
		}
		for range 2 {
			for _, c := range calls {
				err := c.call()
				if err := is(c.name, err, syscall.EMFILE); err != nil {
					restore()
					return err
				}
				if op := (*net.OpError)(nil); !errors.As(err, &op) {
					t.Errorf("%s: %v is a %T", c.name, err, err)
				}
			}
		}
		restore()
		if now := descriptors(); now != before {
			return fmt.Errorf("%d descriptors, %d before", now, before)
		}
		for _, c := range calls {
			if err := c.call(); err != nil {
				return fmt.Errorf("%s, with descriptors: %w", c.name, err)
			}
		}
		_, err = served.Await(task)
		return err
	}), tasktest.Quiet(edo.Config{CurrentThread: true}))
	for _, c := range opened {
		c.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

// Files that come while there is no descriptor are lost, as the kernel drops them, and the receiver
// is told. The bytes and the connection are not.
func TestFilesThatComeWithoutAFreeDescriptorAreReported(t *testing.T) {
	if !tasktest.InChild(t, nil, "needs a child process") {
		return
	}
	path := filepath.Join(t.TempDir(), "socket")
	really(t, func(task *edo.Task) error {
		a, b, err := unixPair(task, path)
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		if _, err := a.WriteFiles(task, []byte("word"), os.Stdin, os.Stdout); err != nil {
			return err
		}
		before := descriptors()
		restore, err := exhaust()
		if err != nil {
			return err
		}
		p := make([]byte, 8)
		n, files, err := b.ReadFiles(task, p)
		restore()
		if err == nil || len(files) != 0 {
			return fmt.Errorf("read %q and %d files, %v", p[:n], len(files), err)
		}
		if now := descriptors(); now != before {
			return fmt.Errorf("%d descriptors, %d before", now, before)
		}
		if _, err := a.Write(task, []byte("more")); err != nil {
			return err
		}
		m, err := b.Read(task, p[n:])
		if string(p[:n+m]) != "wordmore" || err != nil {
			return fmt.Errorf("read %q, %v", p[:n+m], err)
		}
		return nil
	})
}
