package main

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/examples/internal/parts"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// node serves clients until the process that has started it wants it to end.
func node(task *edo.Task, o options) error {
	conn, err := cluster.Open(task, o.folder)
	if err != nil {
		return err
	}
	defer conn.Drop()
	space, err := lease.NewSpace(task, conn, "presence", lease.Config{TTL: o.ttl})
	if err != nil {
		return err
	}
	listener, err := socket.Listen(task, "tcp", o.listen)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	closing := cancel.New()
	accepts := edo.Go(task, func(task *edo.Task) error {
		for c, err := range stream.All(task, listener.Incoming()) {
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error {
				return serve(task, codec.NewFramed(c, codec.Pair[string, string](&codec.Lines{Max: 100}, &codec.Lines{})), space, o.node)
			}, edo.Owns(c), cancel.By(closing))
		}
		return task.Err()
	}, edo.Owns(listener))
	err = parts.UntilStopped(task)
	accepts.Abort()
	accepts.Await(task)
	closing.Cancel()
	return errors.Join(err, conn.Close(task)) // which gives the names back
}

// client is a connection as lines.
type client = codec.Framed[string, string]

// patience is how long a client may take for a line.
const patience = 10 * time.Second

// serve serves a client. What goes wrong with it is its own affair.
func serve(task *edo.Task, c *client, space *lease.Space, here string) error {
	defer c.Drop()
	if err := say(task, c, "what is your name?"); err != nil {
		return nil
	}
	name, err := timer.Timeout(task, patience, c.Recv)
	if err != nil {
		return nil
	}
	name = strings.TrimSpace(name)
	news := space.Watch()
	defer news.Drop()
	g := &guest{client: c, news: news, online: map[string]string{}}
	for task.Err() == nil {
		l, err := space.TryAcquire(task, name, here)
		if held, ok := errors.AsType[*lease.HeldError](err); ok {
			say(task, c, fmt.Sprintf("%s is online at %s", name, held.Holder))
			return nil
		}
		if err != nil {
			say(task, c, fmt.Sprint("sorry: ", err))
			return nil
		}
		err = l.Run(task, func(task *edo.Task) error {
			if err := say(task, c, "welcome, "+name); err != nil {
				return err
			}
			return g.stay(task)
		})
		if lost, ok := errors.AsType[*lease.LostError](err); !ok || g.hasLeft {
			return nil
		} else if say(task, c, fmt.Sprint("you were offline: ", lost.Err)) != nil {
			return nil
		}
	}
	return nil
}

// guest is a client that is online.
type guest struct {
	client  *client
	news    *lease.Watch
	online  map[string]string // where each name is that is online
	hasLeft bool
}

// stay tells the client of the others that come and go, and answers it, until it leaves.
func (g *guest) stay(task *edo.Task) error {
	var change lease.Change
	var line string
	both := selector.New(
		selector.On(g.news, func(c lease.Change, err error) error { change, line = c, ""; return err }),
		selector.On(g.client, func(l string, err error) error { change, line = lease.Change{}, l; return err }),
	)
	for {
		err := both.Next(task)
		switch {
		case err != nil:
			g.hasLeft = task.Err() == nil // and the lease is not lost
			return err
		case change.Name != "":
			err = say(task, g.client, g.note(change))
		case line == "who":
			err = say(task, g.client, g.who())
		default:
			err = say(task, g.client, `say "who", or close the connection`)
		}
		if err != nil {
			return err
		}
	}
}

// note notes a change, and returns it as a line.
func (g *guest) note(c lease.Change) string {
	if !c.IsHeld {
		delete(g.online, c.Name)
		return "- " + c.Name
	}
	g.online[c.Name] = c.Holder
	return "+ " + c.Name + " at " + c.Holder
}

// who lists those that are online.
func (g *guest) who() string {
	var all []string
	for name, where := range g.online {
		all = append(all, name+" at "+where)
	}
	sort.Strings(all)
	return fmt.Sprintf("%d online: %s", len(all), strings.Join(all, ", "))
}

// say sends a line, which the client must take soon.
func say(task *edo.Task, c *client, line string) error {
	_, err := timer.Timeout(task, patience, func(task *edo.Task) (edo.Unit, error) {
		return edo.Unit{}, c.Send(task, line)
	})
	return err
}
