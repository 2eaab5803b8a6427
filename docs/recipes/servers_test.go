package recipes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

func Example_draining() {
	serve := func(task *edo.Task, conn *socket.Conn) error {
		err := timer.Sleep(task, time.Minute) // a request that takes long
		fmt.Println("served:", err)
		return err
	}
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := edo.Go(task, func(task *edo.Task) error {
			conns := cancel.New()
			for conn, err := range stream.All(task, l.Incoming()) {
				if err != nil {
					return err
				}
				edo.Go(task, func(task *edo.Task) error {
					return serve(task, conn)
				}, edo.Owns(conn), cancel.By(conns))
			}
			l.Close()
			edo.Go(task, func(task *edo.Task) error { // the connections have ten seconds
				if err := timer.Sleep(task, 10*time.Second); err != nil {
					return err
				}
				conns.Cancel()
				return nil
			}, edo.Daemon()) // does not hold the program open when they end earlier
			return task.Err()
		}, edo.Owns(l))

		conn, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Close()
		timer.Sleep(task, time.Second)
		start := timer.Now(task)
		server.Abort() // what the first Ctrl-C does to the main task
		_, err = conn.Read(task, make([]byte, 1))
		fmt.Println(err, "after", timer.Now(task).Sub(start))
		return nil
	})
	fmt.Println(err)
	// Output:
	// served: edo: task cancelled
	// EOF after 10s
	// <nil>
}

func Example_endingBetweenTwoRequests() {
	answer := func(task *edo.Task, line string) (string, error) {
		return "you said " + line, timer.Sleep(task, 3*time.Second)
	}
	closing := cancel.New()
	serve := func(task *edo.Task, conn *socket.Conn) error {
		lines := codec.NewFramed(conn, &codec.Lines{})
		defer lines.Drop()
		stop := closing.CancelledFuture() // a token that main cancels when it accepts no more
		defer stop.Drop()
		return selector.New(
			selector.On(lines, func(line string, err error) error {
				switch {
				case errors.Is(err, edo.ErrClosed):
					return selector.Stop // the client has ended
				case err != nil:
					return err
				}
				reply, err := answer(task, line)
				if err != nil {
					return err
				}
				return lines.Send(task, reply)
			}),
			selector.OnFuture(stop, func(edo.Unit, error) error {
				return selector.Stop
			}),
		).Run(task)
	}
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		return scope.Run(task, func(s *scope.Scope) error {
			for _, name := range []string{"an idle one", "a busy one"} {
				client, err := socket.Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				conn, err := l.Accept(task)
				if err != nil {
					return err
				}
				edo.Go(s, func(task *edo.Task) error { return serve(task, conn) }, edo.Owns(conn))
				edo.Go(s, func(task *edo.Task) error {
					start := timer.Now(task)
					if name == "a busy one" {
						if _, err := client.Write(task, []byte("hello\n")); err != nil {
							return err
						}
					}
					all, err := aio.ReadAll(task, client, nil)
					fmt.Printf("%s: %q after %v\n", name, all, timer.Now(task).Sub(start))
					return err
				}, edo.Owns(client))
			}
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			closing.Cancel()
			return nil
		})
	})
	fmt.Println(err)
	// Output:
	// an idle one: "" after 1s
	// a busy one: "you said hello\n" after 3s
	// <nil>
}

func Example_idleTimeout() {
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		edo.Go(task, func(task *edo.Task) error {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			lines := codec.NewFramed(conn, &codec.Lines{})
			defer lines.Drop() // closes conn
			conn.SetIdleTimeout(30 * time.Second)
			for {
				line, err := lines.Recv(task)
				switch {
				case errors.Is(err, os.ErrDeadlineExceeded):
					fmt.Println("idle for 30 seconds")
					return nil
				case err == io.EOF:
					return nil
				case err != nil:
					return err
				}
				if err := lines.Send(task, "you said "+line); err != nil {
					return err
				}
			}
		})
		conn, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Close()
		conn.Write(task, []byte("hello\n"))
		reply, err := aio.ReadAll(task, conn, nil)
		fmt.Printf("%q %v\n", reply, err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// idle for 30 seconds
	// "you said hello\n" <nil>
	// <nil>
}

func Example_batches() {
	answer := bytes.ToUpper
	serve := func(task *edo.Task, conn aio.ReadWriter) error {
		in := aio.NewBufferedReader(conn, 0)
		for {
			if _, err := in.Peek(task, 1); err != nil { // waits without a buffer
				return err
			}
			batch := in.Buffered() // all that has come
			if _, err := aio.WriteAll(task, conn, answer(batch)); err != nil {
				return err
			}
			if _, err := in.Discard(task, len(batch)); err != nil {
				return err
			}
		}
	}
	err := edo.Run(func(task *edo.Task) error {
		client, server := aio.Duplex(1 << 16)
		serving := edo.Go(task, func(task *edo.Task) error { return serve(task, server) })
		if _, err := aio.WriteAll(task, client, []byte("get a, get b, get c")); err != nil {
			return err
		}
		client.CloseWrite()
		_, err := serving.Await(task)
		server.Close()
		reply, _ := aio.ReadAll(task, client, nil)
		fmt.Printf("%s; %v\n", reply, err)
		return client.Close()
	})
	fmt.Println(err)
	// Output:
	// GET A, GET B, GET C; EOF
	// <nil>
}

func Example_ticker() {
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			for at, err := range stream.All(task, timer.NewInterval(time.Minute)) {
				if err != nil {
					return err
				}
				fmt.Println("tick at", at.Format(time.TimeOnly))
			}
			return task.Err()
		}, edo.Daemon()) // Run does not wait for it, and ends it
		return timer.Sleep(task, 150*time.Second) // the program
	})
	fmt.Println(err)
	// Output:
	// tick at 00:01:00
	// tick at 00:02:00
	// <nil>
}

func Example_httpHandler() {
	type userKey struct{}
	rt, err := edo.New(edo.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		err := edo.Block(rt, r.Context(), func(task *edo.Task) error {
			ctx := task.Context() // ends with the request, and has its values
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err // the client has gone
			}
			_, err := fmt.Fprint(w, "hello ", ctx.Value(userKey{}))
			return err
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	w := httptest.NewRecorder()
	handler(w, r.WithContext(context.WithValue(r.Context(), userKey{}, "Ada")))
	fmt.Println(w.Body, rt.Shutdown(context.Background()))
	// Output:
	// hello Ada <nil>
}

func Example_httpServerUnderASupervisor() {
	at := make(chan string, 1)
	handler := func(rt *edo.Runtime) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			edo.Block(rt, r.Context(), func(task *edo.Task) error {
				_, err := fmt.Fprint(w, "hello")
				return err
			})
		})
	}
	serve := func(task *edo.Task, ready func()) error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: handler(task.Runtime())}
		serves := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			err := server.Serve(l)
			if errors.Is(err, http.ErrServerClosed) {
				err = nil
			}
			return edo.Unit{}, err
		}, edo.Name("http"))
		at <- l.Addr().String()
		ready()
		if _, err := serves.Await(task); task.Err() == nil {
			return err // it has failed: the supervisor starts it again
		}
		return edo.Shielded(task, func(task *edo.Task) error { // requests have five seconds
			_, err := edo.Call(task, func(ctx context.Context) (edo.Unit, error) {
				ctx, stop := context.WithTimeout(ctx, 5*time.Second)
				defer stop()
				err := server.Shutdown(ctx)
				if err != nil { // some have not ended, such as streams of events
					err = errors.Join(err, server.Close())
				}
				return edo.Unit{}, err
			})
			return err
		})
	}
	err := edo.Run(func(task *edo.Task) error {
		sup, err := supervise.New(supervise.Config{Name: "shop", Children: []supervise.Spec{
			{Name: "http", Start: supervise.FuncReady(serve), Shutdown: 10 * time.Second},
		}})
		if err != nil {
			return err
		}
		runs := sup.Go(task)
		text, err := edo.Call(task, func(ctx context.Context) (string, error) {
			r, err := http.Get("http://" + <-at)
			if err != nil {
				return "", err
			}
			defer r.Body.Close()
			text, err := io.ReadAll(r.Body)
			return string(text), err
		})
		fmt.Println(text, err)
		sup.Shutdown() // a signal does so too
		_, err = runs.Await(task)
		return err
	}, edo.WithSignals())
	fmt.Println(err)
	// Output:
	// hello <nil>
	// <nil>
}

func Example_valuesOfAContext() {
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, "eu-west")
	ctx, cancel := context.WithTimeoutCause(ctx, time.Hour, errors.New("the job has an hour"))
	defer cancel()

	err := edo.Run(func(task *edo.Task) error {
		h := edo.GoValue(task, func(task *edo.Task) (any, error) {
			return task.Context().Value(key{}), nil // for calls to other libraries
		})
		region, err := h.Await(task)
		_, limited := task.Context().Deadline()
		fmt.Println(region, limited, err)
		return nil
	}, edo.WithContext(ctx)) // when ctx ends, all tasks are cancelled
	fmt.Println(err)
	// Output:
	// eu-west true <nil>
	// <nil>
}
