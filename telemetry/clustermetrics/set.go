// Package clustermetrics adds the numbers of a connection of module cluster to those of the runtimes:
//
//	prom.NewCollector(metrics.Config{Sets: []metrics.Set{clustermetrics.Of("main", conn)}})
//
// It is a module of its own, so that programs without NATS do not have it.
//
// # Model
//
// A read takes cluster.Conn.Stats, which asks neither the broker nor a task. What the broker knows, such
// as how many jobs wait in a queue, a task of the program asks from time to time by cluster.Queue.Info,
// and metrics.Watch tells it on.
//
// # When not to use it
//
// The broker has numbers of its own: exporters of NATS read its monitoring address.
package clustermetrics

import (
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/telemetry/metrics"
)

// MaxQueues is how many queues have numbers of their own; those of the others are the queue "other".
const MaxQueues = 100

var (
	connected = metrics.NewMetric("edo.cluster.connected", "{connection}", metrics.UpDownCounter, "1 while the connection to the broker is there, and else 0.", "conn")
	remakes   = metrics.NewMetric("edo.cluster.reconnects", "{reconnect}", metrics.Counter, "Times that a lost connection was made again.", "conn")
	calls     = metrics.NewMetric("edo.cluster.calls", "{call}", metrics.UpDownCounter, "Remote calls of this program that have no outcome yet.", "conn")
	sends     = metrics.NewMetric("edo.cluster.sends", "{message}", metrics.UpDownCounter, "Messages that the broker has not confirmed yet.", "conn")
	messages  = metrics.NewMetric("edo.cluster.messages", "{message}", metrics.Counter, "Messages from and to the broker.", "conn", "direction")
	traffic   = metrics.NewMetric("edo.cluster.io", "By", metrics.Counter, "Bytes of messages from and to the broker.", "conn", "direction")
	workers   = metrics.NewMetric("edo.cluster.workers", "{worker}", metrics.UpDownCounter, "Workers of a queue.", "conn", "queue")
	limit     = metrics.NewMetric("edo.cluster.jobs.limit", "{job}", metrics.UpDownCounter, "Jobs of a queue that its workers here run at a time at the most.", "conn", "queue")
	running   = metrics.NewMetric("edo.cluster.jobs.running", "{job}", metrics.UpDownCounter, "Jobs of a queue that run here.", "conn", "queue")
	held      = metrics.NewMetric("edo.cluster.jobs.held", "{job}", metrics.UpDownCounter, "Jobs of a queue that workers here have taken, and not begun.", "conn", "queue")
	served    = metrics.NewMetric("edo.cluster.served", "{call}", metrics.UpDownCounter, "Remote calls that run here, or are taken and wait.", "conn", "state")
	slots     = metrics.NewMetric("edo.cluster.served.limit", "{call}", metrics.UpDownCounter, "Remote calls that run here at a time at the most.", "conn")
)

// Of returns the numbers of a connection, with the label conn. Two connections of a program have
// different names. They are there for as long as a source has the set, also after the connection was
// closed.
func Of(name string, conn *cluster.Conn) metrics.Set {
	return metrics.Set{
		Metrics: []*metrics.Metric{connected, remakes, calls, sends, messages, traffic, workers, limit, running, held, served, slots},
		Read:    func(add func(m *metrics.Metric, value float64, labels ...string)) { read(name, conn.Stats(), add) },
	}
}

// read adds the numbers of a connection.
func read(name string, s cluster.Stats, add func(m *metrics.Metric, value float64, labels ...string)) {
	is := 0
	if s.IsConnected {
		is = 1
	}
	add(connected, float64(is), name)
	add(remakes, float64(s.Remakes), name)
	add(calls, float64(s.Calls), name)
	add(sends, float64(s.Sends), name)
	add(messages, float64(s.MessagesIn), name, "in")
	add(messages, float64(s.MessagesOut), name, "out")
	add(traffic, float64(s.BytesIn), name, "in")
	add(traffic, float64(s.BytesOut), name, "out")
	type sum struct{ workers, limit, running, held int }
	of := map[string]sum{}
	for _, w := range s.Workers {
		queue := w.Queue
		if _, known := of[queue]; !known && len(of) >= MaxQueues {
			queue = "other"
		}
		q := of[queue]
		of[queue] = sum{q.workers + 1, q.limit + w.Limit, q.running + w.Running, q.held + w.Held}
	}
	for queue, q := range of {
		add(workers, float64(q.workers), name, queue)
		add(limit, float64(q.limit), name, queue)
		add(running, float64(q.running), name, queue)
		add(held, float64(q.held), name, queue)
	}
	var m cluster.MemberStats
	for _, one := range s.Members {
		m.Limit += one.Limit
		m.Running += one.Running
		m.Held += one.Held
	}
	add(slots, float64(m.Limit), name)
	add(served, float64(m.Running), name, "running")
	add(served, float64(m.Held), name, "held")
}
