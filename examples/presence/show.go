package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/examples/internal/parts"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// nodes are the processes, by their numbers from 0.
type nodes struct {
	o         options
	processes []*parts.Part
	addresses []string

	mu     sync.Mutex
	online []int // how many names are online at each
}

// show has the broker, starts the nodes, and tells of the names that are online, until its task is
// cancelled.
func show(task *edo.Task, out io.Writer, o options) error {
	if o.folder == "" {
		folder, err := os.MkdirTemp("", "presence")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		o.folder = folder
	}
	conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, o.folder)
	if err != nil {
		return err
	}
	defer conn.Drop()
	space, err := lease.NewSpace(task, conn, "presence", lease.Config{TTL: o.ttl})
	if err != nil {
		return err
	}
	n := &nodes{o: o, processes: make([]*parts.Part, o.nodes), addresses: make([]string, o.nodes), online: make([]int, o.nodes)}
	defer n.kill()
	for i := range o.nodes {
		if err := n.start(task, out, i); err != nil {
			return err
		}
	}
	err = scope.Run(task, func(s *scope.Scope) error {
		for i := range o.visitors {
			edo.Go(s, func(task *edo.Task) error { return n.visit(task, visitor(i)) })
		}
		if o.visitors > 0 && o.accidents {
			edo.Go(s, func(task *edo.Task) error { return n.fail(task, out) })
		}
		return n.tell(task, out, space)
	})
	return errors.Join(err, edo.Shielded(task, func(task *edo.Task) error {
		var all []*edo.JoinHandle[edo.Unit]
		for _, p := range n.processes {
			all = append(all, edo.Go(task, p.Stop))
		}
		for _, h := range all {
			h.Await(task) // a node that was killed has an error, which says so
		}
		return conn.Close(task)
	}))
}

// tell prints what the watch tells.
func (n *nodes) tell(task *edo.Task, out io.Writer, space *lease.Space) error {
	g := guest{online: map[string]string{}}
	for c, err := range stream.All(task, space.Watch()) {
		if err != nil {
			return err
		}
		line := g.note(c)
		n.count(g.online)
		fmt.Fprintf(out, "%-24s %d online\n", line, len(g.online))
	}
	return nil // it was cancelled, by Ctrl-C
}

// count notes how many are online at each node.
func (n *nodes) count(online map[string]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.online)
	for _, where := range online {
		for i := range n.online {
			if where == nodeName(i) {
				n.online[i]++
			}
		}
	}
}

// fullest returns the node at which most are online.
func (n *nodes) fullest() (best int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, count := range n.online {
		if count > n.online[best] {
			best = i
		}
	}
	return best
}

// nodeName is the name of a node.
func nodeName(i int) string { return fmt.Sprint("node ", i+1) }

// start starts a node.
func (n *nodes) start(task *edo.Task, out io.Writer, i int) error {
	name := nodeName(i)
	listen := n.addresses[i] // that of the one before
	if listen == "" {
		listen = n.o.listen
	}
	p, address, err := parts.Start(task, "-node", name, "-folder", n.o.folder, "-listen", listen, "-ttl", n.o.ttl.String())
	if err != nil {
		return err
	}
	n.processes[i], n.addresses[i] = p, address
	host, port, _ := strings.Cut(address, ":")
	fmt.Fprintf(out, "%s is process %d: nc %s %s\n", name, p.PID(), host, port)
	return nil
}

// kill kills all nodes.
func (n *nodes) kill() {
	for _, p := range n.processes {
		if p != nil {
			p.Kill()
		}
	}
}

// fail kills the fullest node now and then, and starts it again.
func (n *nodes) fail(task *edo.Task, out io.Writer) error {
	for {
		if err := timer.Sleep(task, 6*time.Second); err != nil {
			return err
		}
		i := n.fullest()
		fmt.Fprintf(out, "%s is killed\n", nodeName(i))
		n.processes[i].Kill()
		if err := timer.Sleep(task, n.o.ttl+time.Second); err != nil {
			return err
		}
		if err := n.start(task, out, i); err != nil {
			return err
		}
	}
}

// visitor is the name of a visitor.
func visitor(i int) string {
	names := []string{"anna", "ben", "carl", "dora", "emil", "fritz", "greta", "hans"}
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprint(names[i%len(names)], " ", i/len(names)+1)
}

// visit comes and goes as a client of a node, which may be dead.
func (n *nodes) visit(task *edo.Task, name string) error {
	for {
		i := edo.Rand(task).IntN(len(n.addresses))
		// An error is no news: the time is over, the node is dead, or the name is online elsewhere.
		timer.Timeout(task, time.Duration(2+edo.Rand(task).IntN(5))*time.Second, func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, n.call(task, n.addresses[i], name)
		})
		if err := task.Err(); err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Duration(500+edo.Rand(task).IntN(2000))*time.Millisecond); err != nil {
			return err
		}
	}
}

// call is a client: it says a name, and listens until it is cancelled.
func (n *nodes) call(task *edo.Task, address, name string) error {
	c, err := socket.Dial(task, "tcp", address)
	if err != nil {
		return err
	}
	lines := codec.NewFramed(c, codec.Pair[string, string](&codec.Lines{Max: 1000}, &codec.Lines{}))
	defer c.Close()
	defer lines.Drop()
	if err := lines.Send(task, name); err != nil {
		return err
	}
	for {
		if _, err := lines.Recv(task); err != nil {
			return err
		}
	}
}
