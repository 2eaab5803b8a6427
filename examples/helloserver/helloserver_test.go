package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

type server = func(task *edo.Task, l *socket.Listener, out io.Writer) error

// greet is a program: clients connect to the server at the same time, and print what they
// read.
func greet(server server, clients int) trial.Program {
	return func(task *edo.Task, out io.Writer) error {
		return serve(task, server, out, func(addr string) error {
			return trial.All(task, clients, func(task *edo.Task, i int) error {
				answer, err := trial.Talk(task, addr, "")
				fmt.Fprintf(out, "client %d got %q\n", i, answer)
				return err
			})
		})
	}
}

func serve(task *edo.Task, server server, out io.Writer, use func(addr string) error) error {
	return trial.Serve(task, func(task *edo.Task, l *socket.Listener) error {
		return server(task, l, out)
	}, use)
}

// greeted checks that each client got its greeting, and that nothing else was printed.
func greeted(clients int) func(output string) error {
	want := make([]string, clients)
	for i := range want {
		want[i] = fmt.Sprintf("client %d got %q", i, "hello world")
	}
	return trial.Lines(want...)
}

func TestEveryClientIsGreetedUnderEverySeedInManyOrders(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, server server) {
		trial.Seeds(t, 1000, 2, greet(server, 4), greeted(4))
	})
}

func TestEveryClientIsGreetedOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, server server) {
		trial.Threads(t, 5, greet(server, 50), greeted(50))
	})
}

// A connection holds four bytes here, and the first client does not read: the task
// that serves it is stuck in the middle of the greeting.
func TestAClientThatDoesNotReadHoldsUpNoOther(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, server server) {
		var out trial.Output
		err := sim.Run(1, func(task *edo.Task) error {
			return serve(task, server, &out, func(addr string) error {
				slow, err := socket.Dial(task, "tcp", addr)
				if err != nil {
					return err
				}
				defer slow.Close()
				for range 3 {
					answer, err := trial.Talk(task, addr, "")
					if err != nil {
						return err
					}
					fmt.Fprintln(&out, "the next one got", answer)
				}
				answer, err := aio.ReadAll(task, slow, nil)
				fmt.Fprintln(&out, "the slow one got", string(answer))
				return err
			})
		}, sim.WithConfig(sim.Config{Window: 4}))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Repeat("the next one got hello world\n", 3) + "the slow one got hello world\n"
		if err := trial.Is(want)(out.String()); err != nil {
			t.Error(err)
		}
	})
}

// The client closes in the middle of the greeting, with some of it unread, which
// resets the connection.
func TestAClientThatResetsIsReportedAndHarmsNoOther(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, server server) {
		var out trial.Output
		err := sim.Run(1, func(task *edo.Task) error {
			return serve(task, server, &out, func(addr string) error {
				conn, err := socket.Dial(task, "tcp", addr)
				if err != nil {
					return err
				}
				if _, err := aio.ReadFull(task, conn, make([]byte, 2)); err != nil {
					return err
				}
				conn.Close()
				answer, err := trial.Talk(task, addr, "")
				fmt.Fprintln(&out, "the next one got", answer)
				return err
			})
		}, sim.WithConfig(sim.Config{Window: 4}))
		if err != nil {
			t.Fatal(err)
		}
		lines := trial.Sorted(out.String())
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "socket error = write tcp 127.0.0.1:") ||
			!strings.Contains(lines[0], "connection reset by peer") || lines[1] != "the next one got hello world" {
			t.Errorf("printed %q", lines)
		}
	})
}

func TestAnAddressInUseIsAClearError(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, server server) {
		_, err := trial.Simulate(1, func(task *edo.Task, out io.Writer) error {
			return serve(task, server, out, func(addr string) error {
				_, err := socket.Listen(task, "tcp", addr)
				return err
			})
		})
		if err == nil || !strings.Contains(err.Error(), "listen tcp 127.0.0.1:") || !strings.Contains(err.Error(), "in use") {
			t.Errorf("got %v", err)
		}
	})
	first := trial.Start(t)
	second := trial.Start(t, "-addr", first.Addr())
	if stdout, stderr, code := second.Wait(); stdout != "" || code != 1 || !strings.Contains(stderr, "listen tcp 127.0.0.1:") {
		t.Errorf("exit code %d, output %q and %q", code, stdout, stderr)
	}
}
