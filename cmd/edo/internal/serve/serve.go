package serve

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

const about = `
Runs one of three small servers, until Ctrl-C:

  hello    says hello world to each connection, and closes it:
             nc 127.0.0.1 4000
  count    counts the bytes of all connections, and prints the sum at every tick:
             head -c 1000 /dev/zero | nc -N 127.0.0.1 4000
  ping     answers each line "ping" with a line "pong":
             echo ping | nc -N 127.0.0.1 4000

The first Ctrl-C stops accepting, and open connections are served to their ends;
the second one cuts them off.`

// A handler serves one connection, and owns the droppers that come with the handler.
type handler func(task *edo.Task, conn *socket.Conn) error

// A server makes the handler of each connection, and the droppers that the handler owns. end
// is called when no more connections come.
type server interface {
	handler() (handler, []edo.Dropper)
	end()
}

// servers are the functions that start each kind of server.
var servers = map[string]func(s *service, task *edo.Task) server{
	"hello": func(*service, *edo.Task) server { return simple(hello) },
	"ping":  func(*service, *edo.Task) server { return simple(pings) },
	"count": startCounter,
}

// simple is a server whose handlers share nothing.
type simple handler

func (h simple) handler() (handler, []edo.Dropper) { return handler(h), nil }
func (simple) end()                                {}

// service is one server that runs.
type service struct {
	start  func(s *service, task *edo.Task) server
	out    io.Writer
	errs   io.Writer
	listen string
	tick   time.Duration
	open   atomic.Int64 // connections
}

// Run is the command. It returns the exit status.
func Run(args []string, out, errs io.Writer) int {
	kind := ""
	if len(args) > 0 {
		kind = args[0]
	}
	start, known := servers[kind]
	name := "edo serve"
	if known {
		name += " " + kind
		args = args[1:]
	}
	s := &service{start: start, out: out, errs: errs}
	var config edo.Config
	set := command.NewSet(name, about, out, errs)
	set.StringVar(&s.listen, "listen", "127.0.0.1:4000", "`address` to listen on; with port 0, any that is free")
	set.IntVar(&config.Workers, "workers", 0, "`number` of workers; 0: one per processor")
	if !known || kind == "count" {
		set.Time(&s.tick, "tick", 30*time.Second, "`time` between two sums that count prints")
	}
	if !known && (kind == "" || kind[0] != '-') {
		args = nil // the check below reports it
	}
	status, ok := set.Parse(args, func() error {
		switch {
		case !known && kind == "":
			return fmt.Errorf("say which server: hello, count or ping")
		case !known:
			return fmt.Errorf("there is no server %q: use hello, count or ping, and the flags after that", kind)
		case config.Workers < 0:
			return fmt.Errorf("--workers is %d: use 0, or a positive number", config.Workers)
		}
		return nil
	})
	if !ok {
		return status
	}
	config.OnError = func(err error) { fmt.Fprintf(errs, "%s: %v\n", name, err) }
	if err := edo.Run(s.main, edo.WithConfig(config), edo.WithSignals()); err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// main accepts until it is asked to end. Run waits for the connections.
func (s *service) main(task *edo.Task) error {
	l, err := socket.Listen(task, "tcp", s.listen)
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Fprintln(s.out, "listening on", l.Addr())
	server := s.start(s, task)
	defer server.end()
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		s.open.Add(1)
		handle, owned := server.handler()
		edo.Go(task, func(task *edo.Task) error {
			defer s.open.Add(-1)
			if err := handle(task, conn); err != nil && task.Err() == nil {
				fmt.Fprintf(s.errs, "%v: %v\n", conn.RemoteAddr(), err)
			}
			return nil
		}, edo.Name("connection"), edo.Owns(append(owned, conn)...))
	}
	err = task.Err()
	if n := s.open.Load(); n > 0 && err != nil {
		fmt.Fprintf(s.errs, "waiting for %d connections to end; Ctrl-C again cuts them off\n", n)
	}
	return err
}

// hello greets, and its connection is closed.
func hello(task *edo.Task, conn *socket.Conn) error {
	_, err := conn.Write(task, []byte("hello world\n"))
	return err
}
