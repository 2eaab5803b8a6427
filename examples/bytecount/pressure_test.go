package main

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
)

// acceptors are the parts of the program that accept, without the background task.
var acceptors = map[string]func(task *edo.Task, l *socket.Listener, tx *mpsc.Sender[int], out io.Writer) error{
	"direct": accept,
	"combinators": func(task *edo.Task, l *socket.Listener, tx *mpsc.Sender[int], out io.Writer) error {
		f := accepting(task, l, tx, out)
		defer edo.Drop(f)
		_, err := edo.Await(task, f)
		return err
	},
}

// Only the test receives, and the channel has room for one count. A client writes more
// bytes than a connection holds: so it has written all of them only when it was accepted and
// its task reads. It reads the end of the connection when that task has sent.
func TestASlowBackgroundTaskHoldsUpTheConnectionsAndNotTheListener(t *testing.T) {
	const clients, size = 5, 1000
	for style, accept := range acceptors {
		t.Run(style, func(t *testing.T) {
			tx, rx := mpsc.New[int](1)
			written, served := 0, 0
			s := sim.New(sim.Config{Seed: 1, Window: 64})
			s.Start(func(task *edo.Task) error {
				defer tx.Close()
				return trial.Serve(task, func(task *edo.Task, l *socket.Listener) error {
					return accept(task, l, tx, io.Discard)
				}, func(addr string) error {
					return trial.All(task, clients, func(task *edo.Task, _ int) error {
						conn, err := socket.Dial(task, "tcp", addr)
						if err != nil {
							return err
						}
						defer conn.Close()
						if _, err := conn.Write(task, make([]byte, size)); err != nil {
							return err
						}
						written++
						if err := conn.CloseWrite(); err != nil {
							return err
						}
						_, err = aio.ReadAll(task, conn, nil)
						served++
						return err
					})
				})
			})
			for received := range clients {
				s.RunUntilIdle()
				if written != clients || served != min(received+1, clients) {
					t.Errorf("with %d counts received, %d clients have written and %d are served", received, written, served)
				}
				if n, err := rx.TryRecv(); n != size || err != nil {
					t.Errorf("received %d, %v", n, err)
				}
			}
			if err := s.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAClientThatResetsIsReportedAndHarmsNoOther(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, server server) {
		trial.Threads(t, 5, func(task *edo.Task, out io.Writer) error {
			return serve(task, server, time.Hour, out, func(addr string) error {
				other, err := socket.Dial(task, "tcp", addr)
				if err != nil {
					return err
				}
				defer other.Close()
				_, err = edo.Blocking(task, func(*edo.Task) (edo.Unit, error) { return edo.Unit{}, reset(addr) }).Await(task)
				if err != nil {
					return err
				}
				later, err := socket.Dial(task, "tcp", addr) // accepted after the one that was reset
				if err != nil {
					return err
				}
				defer later.Close()
				for _, conn := range []*socket.Conn{later, other} {
					if err := conn.CloseWrite(); err != nil {
						return err
					}
					if _, err := aio.ReadAll(task, conn, nil); err != nil {
						return err
					}
				}
				return nil
			})
		}, func(output string) error {
			if runtime.GOOS != "linux" && output == "" {
				return nil // it was reset before it was accepted
			}
			if !strings.HasPrefix(output, "socket error = read tcp 127.0.0.1:") || !strings.HasSuffix(output, "reset by peer\n") ||
				strings.Count(output, "\n") != 1 {
				t.Errorf("printed %q", output)
			}
			return nil
		})
	})
}

// reset connects, and closes in a way that resets the connection.
func reset(addr string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("bytes that will not be counted")); err != nil {
		return err
	}
	return conn.Close()
}
