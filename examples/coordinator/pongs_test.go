package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/socket"
)

// One client sends a frame that is no ping. The server closes that connection and reports
// why; a client that was connected before, and one that connects later, get their pongs.
func TestABadFrameEndsItsConnectionAndNoOther(t *testing.T) {
	for _, test := range []struct{ name, bytes, message string }{
		{"a frame too long", "\xff\xff\xff\xff", "codec: frame too long"},
		{"a frame that is no ping", "\x00\x00\x00\x03GET", `got "GET", wanted "ping"`},
		{"the end inside of a frame", "\x00\x00\x00\x04pi", "the input ended inside a frame"},
	} {
		t.Run(test.name, func(t *testing.T) {
			program := func(task *edo.Task, out io.Writer) error {
				return trial.Serve(task, func(task *edo.Task, l *socket.Listener) error {
					return pongs(task, l, out)
				}, func(addr string) error {
					before, err := dial(task, addr)
					if err != nil {
						return err
					}
					defer before.Drop()
					if err := before.ping(task); err != nil {
						return err
					}
					if answer, _ := trial.Talk(task, addr, test.bytes); answer != "" {
						return fmt.Errorf("the bad one got %q", answer)
					}
					after, err := dial(task, addr)
					if err != nil {
						return err
					}
					defer after.Drop()
					return errors.Join(before.ping(task), after.ping(task))
				})
			}
			check := func(output string) error {
				if !strings.HasPrefix(output, "connection error = ") || !strings.Contains(output, test.message) ||
					strings.Count(output, "\n") != 1 {
					return fmt.Errorf("printed %q", output)
				}
				return nil
			}
			trial.Seeds(t, 100, 1, program, check)
			trial.Threads(t, 5, program, check)
		})
	}
}

func dial(task *edo.Task, addr string) (*transport, error) {
	conn, err := socket.Dial(task, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return newTransport(conn), nil
}

// The other end closes instead of answering: the coordinator ends with an error,
// and so do the tasks that have asked it.
func TestALostConnectionEndsTheProgramWithAnError(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program program) {
		for seed := range uint64(100) {
			output, err := trial.Simulate(seed, func(task *edo.Task, out io.Writer) error {
				return connected(task, func(task *edo.Task, l *socket.Listener) error {
					conn, err := l.Accept(task)
					if err != nil {
						return err
					}
					conn.Close()
					_, err = l.Accept(task)
					return err
				}, func(t *transport) error {
					return program(task, t, time.Now, out)
				})
			})
			if output != "" || !errors.Is(err, edo.ErrClosed) ||
				!errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
				t.Fatalf("seed %d: printed %q, returned %v", seed, output, err)
			}
		}
	})
}
