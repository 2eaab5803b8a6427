package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// operationsOfTheSystem are those that wait for a queue of the kernel.
func operationsOfTheSystem(t *testing.T) []operation {
	full := fullListener(t)
	dir := t.TempDir()
	dials := func(name string, dial func(task *edo.Task) error) operation {
		return operation{name: name, realOnly: true, begin: func(*edo.Task, *socket.Conn, *socket.Conn) (started, error) {
			return started{unborn: true, wait: dial}, nil
		}}
	}
	return []operation{
		dials("Dial", func(task *edo.Task) error {
			_, err := socket.Dial(task, "tcp", full)
			return err
		}),
		dials("TLS Dial", func(task *edo.Task) error {
			_, err := tlsconn.Dial(task, "tcp", full, clientConfig())
			return err
		}),
		{name: "WriteToPath", realOnly: true, begin: func(task *edo.Task, _, _ *socket.Conn) (started, error) {
			path := filepath.Join(dir, "full")
			os.Remove(path)
			receiver, err := socket.ListenPacket(task, "unixgram", path)
			if err != nil {
				return started{}, err
			}
			sender, err := socket.ListenPacket(task, "unixgram", "")
			if err != nil {
				return started{}, err
			}
			return started{alone: true, object: sender, wait: func(task *edo.Task) error {
				defer receiver.Close()
				defer sender.Close()
				for {
					if _, err := sender.WriteToPath(task, []byte("word"), path); err != nil {
						return err
					}
				}
			}}, nil
		}},
		{name: "ReadFiles", realOnly: true, begin: func(task *edo.Task, _, _ *socket.Conn) (started, error) {
			a, b, err := unixPair(task, filepath.Join(dir, "files"))
			return started{alone: true, object: a, wait: func(task *edo.Task) error {
				defer b.Close()
				defer a.Close()
				_, _, err := a.ReadFiles(task, make([]byte, 1))
				return err
			}}, err
		}},
		{name: "WriteFiles", realOnly: true, begin: func(task *edo.Task, _, _ *socket.Conn) (started, error) {
			a, b, err := unixPair(task, filepath.Join(dir, "files"))
			if err != nil {
				return started{}, err
			}
			_, err = fill(task, a)
			return started{alone: true, object: a, wait: func(task *edo.Task) error {
				defer b.Close()
				defer a.Close()
				_, err := a.WriteFiles(task, []byte("x"), os.Stdin)
				return err
			}}, err
		}},
	}
}

func unixPair(task *edo.Task, path string) (a, b *socket.Conn, err error) {
	l, err := socket.Listen(task, "unix", path)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = socket.Dial(task, "unix", path); err != nil {
		return nil, nil, err
	}
	b, err = l.Accept(task)
	return a, b, err
}

// fullListener returns the address of a listener whose queue is full: the kernel drops what else
// comes, and a connect waits.
func fullListener(t *testing.T) string {
	t.Helper()
	open := func(flags int) int {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|flags, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		return fd
	}
	l := open(0)
	if err := syscall.Bind(l, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(l, 0); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(l)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 { // the queue has room for one
		if err := syscall.Connect(open(syscall.SOCK_NONBLOCK), at); err != nil && err != syscall.EINPROGRESS {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*syscall.SockaddrInet4).Port)
}
