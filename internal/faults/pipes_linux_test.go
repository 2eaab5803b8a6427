//go:build !portable

package faults_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
)

// keepPipes leaves n pipes to the next copies.
func keepPipes(n int) error {
	var all []*driver.Pipe
	for range n {
		p := driver.TakePipe()
		if p == nil {
			return fmt.Errorf("no pipe")
		}
		all = append(all, p)
	}
	for _, p := range all {
		p.Release()
	}
	return nil
}

// The pipes that copies have used, and the next ones may use, are given back when another call
// needs a descriptor.
func TestEveryCallThatNeedsADescriptorGetsThatOfAPipeThatIsNotInUse(t *testing.T) {
	if !tasktest.InChild(t, nil, "needs a child process") {
		return
	}
	path := filepath.Join(t.TempDir(), "socket")
	type closer interface{ Close() error }
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
		at := l.Addr().String()
		waits, err := socket.Dial(task, "tcp", at) // to be accepted
		if err != nil {
			return err
		}
		defer waits.Close()
		for _, c := range []struct {
			name string
			call func() (closer, error)
		}{
			{"Dial of a path", func() (closer, error) { return socket.Dial(task, "unix", path) }},
			{"Listen", func() (closer, error) { return socket.Listen(task, "tcp", "127.0.0.1:0") }},
			{"Listen on a path", func() (closer, error) { return socket.Listen(task, "unix", path+"2") }},
			{"ListenPacket", func() (closer, error) { return socket.ListenPacket(task, "udp", "127.0.0.1:0") }},
			{"DialPacket", func() (closer, error) { return socket.DialPacket(task, "udp", at) }},
			{"ConnFromFile", func() (closer, error) { return socket.ConnFromFile(task, file) }},
			{"ListenerFromFile", func() (closer, error) { return socket.ListenerFromFile(task, listens) }},
			{"File of a connection", func() (closer, error) { return a.File() }},
			{"Dial", func() (closer, error) { return socket.Dial(task, "tcp", at) }},
			{"Accept", func() (closer, error) { return l.Accept(task) }},
			{"a runtime", func() (closer, error) {
				rt, err := edo.New(edo.Config{Workers: 1})
				if err != nil {
					return nil, err
				}
				return closing(func() error { return rt.Shutdown(t.Context()) }), nil
			}},
		} {
			if err := keepPipes(3); err != nil {
				return err
			}
			restore, err := exhaust()
			if err != nil {
				return err
			}
			opened, err := c.call()
			restore()
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			opened.Close()
		}
		// A copy that goes on has its pipe still.
		p := driver.TakePipe()
		defer p.Release()
		restore, err := exhaust()
		if err != nil {
			return err
		}
		defer restore()
		if f, err := a.File(); err == nil {
			f.Close()
			t.Error("a pipe in use was given back")
		}
		return nil
	}), tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Error(err)
	}
}

// closing is a function as an io.Closer.
type closing func() error

func (c closing) Close() error { return c() }
