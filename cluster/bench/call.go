package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats.go"
)

// upper is the function that is called.
var upper = cluster.NewFunc[string, string]("upper", cluster.FuncConfig{})

// edoCall calls the function by so many tasks, in direct style or as futures. The member is in the
// same process.
func edoCall(tasks int, isFuture bool) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		e, err := b.openEdo()
		if err == nil && !e.serves {
			err = without(b.serveEdo)
		}
		if err != nil {
			return err
		}
		if isFuture {
			return inFutures(b, tasks, n, func(int) edo.Future[string] { return cluster.CallFuture(e.conn, upper, payload) })
		}
		return inTasks(b, tasks, n, func(task *edo.Task, _ int) error {
			_, err := cluster.Call(task, e.conn, upper, payload)
			return err
		})
	}
}

// serveEdo offers the function.
func (b *bed) serveEdo() error {
	e := &b.edo
	e.serves = true
	return b.inTask(func(task *edo.Task) error {
		member, err := cluster.Serve(task, e.conn, inFlight, cluster.Offer(upper, func(_ *edo.Task, s string) (string, error) {
			return strings.ToUpper(s), nil
		}))
		if err == nil {
			edo.Spawn(e.runtime, edo.Future[edo.Unit](member))
		}
		return err
	})
}

// plainCall sends a request by so many goroutines, which is answered in a goroutine of its own.
func plainCall(goroutines int) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		p, err := b.openPlain()
		if err == nil && !p.serves {
			p.serves = true
			_, err = p.nc.QueueSubscribe("upper", "members", func(m *nats.Msg) {
				go func() {
					var s string
					if json.Unmarshal(m.Data, &s) != nil {
						return
					}
					if data, err := json.Marshal(strings.ToUpper(s)); err == nil {
						m.Respond(data)
					}
				}()
			})
		}
		if err != nil {
			return err
		}
		return inGoroutines(goroutines, n, func(int) error {
			data, err := json.Marshal(payload)
			if err != nil {
				return err
			}
			m, err := p.nc.RequestWithContext(context.Background(), "upper", data)
			if err != nil {
				return err
			}
			var s string
			return json.Unmarshal(m.Data, &s)
		})
	}
}
