package demo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/cmd/edo/internal/hold"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const about = `
Runs a byte-counting server, a coordinator that pings, and many clients, all as
tasks in this process and connected over loopback. Prints how fast it went, and
checks that what was sent is what was counted. Ctrl-C ends it early, in order.

More than 10,000 connections, or than one process may have the descriptors for,
are held instead: by server processes that share a port, and client processes. It
says what cannot be had on this machine, opens the connections, and prints what
one costs while nothing goes on, and how fast pings are on a sample of them.`

const (
	most        = 10_000    // connections in one process, with traffic on all of them
	mostAllowed = 1_000_000 // connections

	// spareDescriptors is how many descriptors the process needs beside the connections.
	spareDescriptors = 50
)

// Run is the command. It returns the exit status.
func Run(args []string, out, errs io.Writer) int {
	if hold.IsPart() {
		return hold.Part(os.Stdin, out)
	}
	set := command.NewSet("edo demo", about, out, errs)
	d := &demo{out: out, began: time.Now()}
	set.IntVar(&d.connections, "connections", 1000, "`number` of clients, each with a connection")
	set.Time(&d.length, "for", 5*time.Second, "`time` to send and ping")
	set.StringVar(&d.listen, "listen", "127.0.0.1:0", "`address` of the byte-counting server")
	set.Var(&d.console, "console", "serve a page that shows the tasks, at 127.0.0.1:6070 or =`address`; without --for the demo then goes on until Ctrl-C")
	set.IntVar(&d.config.Workers, "workers", 0, "`number` of workers of each process; 0: by the processors")
	processes := set.Int("processes", 0, "`number` of server processes, and of client processes, to hold the connections; 0: as many as are needed")
	status, ok := set.Parse(args, func() error {
		switch {
		case d.connections < 1:
			return fmt.Errorf("--connections is %d: use at least 1", d.connections)
		case d.connections > mostAllowed:
			return fmt.Errorf("--connections is %d: use %d at the most", d.connections, mostAllowed)
		case *processes < 0 || *processes > hold.MostProcesses:
			return fmt.Errorf("--processes is %d: use 0, or a number up to %d", *processes, hold.MostProcesses)
		case d.config.Workers < 0:
			return fmt.Errorf("--workers is %d: use 0, or a positive number", d.config.Workers)
		}
		return nil
	})
	if !ok {
		return status
	}
	if d.console != "" {
		stop, err := d.serveConsole(set)
		if err != nil {
			return set.Fail(err)
		}
		defer stop()
	}
	if *processes > 0 || d.connections > most || !d.fits() {
		return hold.Run(hold.Settings{
			Connections: d.connections, Processes: *processes, Workers: d.config.Workers, For: d.length, Listen: d.listen,
		}, out, errs)
	}
	d.config.OnError = func(err error) { fmt.Fprintf(errs, "edo demo: %v\n", err) }
	err := edo.Run(d.main, edo.WithConfig(d.config), edo.WithSignals())
	d.took = time.Since(d.began)
	if err != nil && d.most.Load() == 0 {
		return set.Fail(err)
	}
	status = d.table()
	if err != nil {
		status = command.Failed // OnError has printed the error
	}
	return status
}

// demo is one run. The fields that tasks write are atomic; the rest is set before they
// start.
type demo struct {
	out         io.Writer
	connections int
	length      time.Duration
	listen      string
	config      edo.Config
	console     consoleFlag // the address of the console; "": there is none
	runtime     *edo.Runtime

	over      atomic.Bool  // clients must end
	connected atomic.Int64 // clients that are connected
	most      atomic.Int64 // the maximum of connected
	messages  atomic.Int64
	sent      atomic.Int64 // bytes, by the clients
	counted   atomic.Int64 // bytes, by the server
	latency   figures.Histogram

	began time.Time
	took  time.Duration
	peak  sample // the highest of each
}

// fits reports whether this process may have the descriptors for both ends of all
// connections.
func (d *demo) fits() bool {
	limit := hold.DescriptorLimit()
	return limit == 0 || 2*int64(d.connections)+spareDescriptors <= limit
}

// main starts everything, and sets over at the end. Run waits for the tasks.
func (d *demo) main(task *edo.Task) error {
	d.runtime = task.Runtime()
	l, err := socket.Listen(task, "tcp", d.listen)
	if err != nil {
		return fmt.Errorf("%w; use --listen HOST:PORT with another address, or with port 0 for any that is free", err)
	}
	pings, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	if err != nil {
		l.Close()
		return err
	}
	edo.Go(task, func(task *edo.Task) error { return answerPings(task, pings) }, edo.Name("pong server"), edo.Owns(pings))
	bytes, rx := mpsc.New[int](1024)
	edo.Spawn(task, d.count(rx), edo.Name("counter"), edo.Owns(rx))
	edo.Go(task, func(task *edo.Task) error { return accept(task, l, bytes) }, edo.Name("byte server"), edo.Owns(l, bytes))

	fmt.Fprintf(d.out, "%s connections to %v for %v; Ctrl-C ends it early\n", figures.Thousands(int64(d.connections)), l.Addr(), d.length)
	clients := d.start(task, l.Addr(), pings.Addr())
	display := edo.Go(task, d.display, edo.Name("display"))
	edo.Go(task, func(task *edo.Task) error {
		var failed error
		for _, h := range clients {
			if _, err := h.Await(task); err != nil && failed == nil {
				failed = err
			}
		}
		l.Close()
		pings.Close()
		display.Abort()
		return failed
	}, edo.Name("end"), edo.Owns(l, pings))
	timer.Sleep(task, d.length) // Ctrl-C ends it early
	d.over.Store(true)
	return nil
}

// start spawns the coordinator, and then the clients.
func (d *demo) start(task *edo.Task, server, pings net.Addr) (clients []*edo.JoinHandle[edo.Unit]) {
	tx, rx := mpsc.New[request](1024)
	defer tx.Close()
	coordinator := edo.Go(task, func(task *edo.Task) error {
		conn, err := socket.Dial(task, "tcp", pings.String())
		if err != nil {
			return err
		}
		t := newTransport(conn)
		defer t.Drop()
		return d.coordinate(task, t, rx)
	}, edo.Name("coordinator"), edo.Owns(rx))
	clients = append(clients, coordinator)
	for range d.connections {
		tx := tx.Clone()
		clients = append(clients, edo.Go(task, func(task *edo.Task) error {
			return d.client(task, server.String(), tx)
		}, edo.Name("client"), edo.Owns(tx)))
	}
	return clients
}

// unlessClosed returns err, or nil when it says that the listener was closed.
func unlessClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
