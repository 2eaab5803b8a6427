package main

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/cmd/edo/internal/visible"
	"github.com/edo-go/edo/timer"
	"github.com/nats-io/nats.go/jetstream"
)

const aboutWatch = `Shows all queues at the broker, and the workers that edo work serve has started: on a
terminal a live table, elsewhere a line for each queue and look. "in flight" is
what workers have, and what rests after a failed try. "done" is what has left the queue
since the look before, each second.`

func watch(args []string, out, errs writer) int {
	var p place
	var every time.Duration
	var times int
	set := newSet("watch", aboutWatch, &p, out, errs)
	set.Time(&every, "every", time.Second, "the time between two looks")
	set.IntVar(&times, "times", 0, "how many looks; 0: until Ctrl-C")
	status, ok := set.Parse(args, p.check)
	if !ok {
		return status
	}
	err := edo.Run(func(task *edo.Task) error {
		conn, err := p.connect(task, false)
		if err != nil {
			return err
		}
		defer conn.Drop()
		return errors.Join(watchOn(task, conn, every, times, out), edo.Shielded(task, conn.Close))
	}, edo.WithSignals())
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// watchOn looks again and again.
func watchOn(task *edo.Task, conn *cluster.Conn, every time.Duration, times int, out writer) error {
	workers, err := workersOf(task, conn)
	if err != nil {
		return err
	}
	v := &view{out: out, isTerminal: figures.IsTerminal(out), before: map[string]queueState{}}
	for i := 1; ; i++ {
		queues, err := edo.Call(task, func(ctx context.Context) ([]queueState, error) { return look(ctx, conn) })
		var held []lease.Change
		if err == nil {
			held, err = workers.Held(task)
		}
		switch {
		case task.Err() != nil:
			return nil // Ctrl-C
		case err != nil:
			fmt.Fprintf(out, "the broker does not answer: %v\n", err)
		default:
			v.show(queues, held)
		}
		if i == times {
			return nil
		}
		if timer.Sleep(task, every) != nil {
			return nil
		}
	}
}

// queueState is how a queue stands at a look.
type queueState struct {
	name            string
	at              time.Time
	waiting, taken  int
	scheduled, dead int
	left            uint64 // messages that have left its stream, ever
	perSecond       int64
	hasRate         bool
}

// manySubjects is up to how many subjects of a queue look asks for each of them.
const manySubjects = 1000

// look asks the broker for all queues of package cluster.
func look(ctx context.Context, conn *cluster.Conn) (all []queueState, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	js, err := jetstream.New(conn.NATS())
	if err != nil {
		return nil, err
	}
	dead := map[string]int{}
	streams := js.ListStreams(ctx, jetstream.WithStreamListSubject("edo.>"))
	for info := range streams.Info() {
		name := visible.Text(strings.TrimPrefix(info.Config.Name, "edo_"))
		if info.Config.Metadata["edo-layout"] == "" { // no queue
			dead[strings.TrimSuffix(name, "_dead")] = int(info.State.Msgs)
			continue
		}
		stream, err := js.Stream(ctx, info.Config.Name)
		if err != nil {
			return nil, err
		}
		q := queueState{name: name}
		consumers := stream.ListConsumers(ctx)
		for c := range consumers.Info() {
			q.taken += c.NumAckPending
		}
		if err := consumers.Err(); err != nil {
			return nil, err
		}
		// As in cluster.Queue.Info: what is due is in a subject of one word below that of the queue, and what is not in one of two.
		root, isMany := strings.TrimSuffix(info.Config.Subjects[0], ">"), info.State.NumSubjects > manySubjects
		filter := root + ">"
		if isMany {
			filter = root + "*"
		}
		if info, err = stream.Info(ctx, jetstream.WithSubjectFilter(filter)); err != nil {
			return nil, err
		}
		due, lines := 0, 0
		for subject, n := range info.State.Subjects {
			if strings.Contains(strings.TrimPrefix(subject, root), ".") {
				q.scheduled += int(n)
				continue
			}
			due += int(n)
			lines++
		}
		if isMany {
			q.scheduled = max(0, int(info.State.NumSubjects)-lines)
		}
		q.waiting = max(0, due-q.taken)
		q.at, q.left = time.Now(), info.State.LastSeq-info.State.Msgs
		all = append(all, q)
	}
	for i := range all {
		all[i].dead = dead[all[i].name]
	}
	sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
	return all, streams.Err()
}

// view shows one look after the other.
type view struct {
	out        writer
	isTerminal bool
	before     map[string]queueState
}

// show shows a look.
func (v *view) show(queues []queueState, workers []lease.Change) {
	for i := range queues {
		q := &queues[i]
		if old, ok := v.before[q.name]; ok && q.at.After(old.at) && q.left >= old.left {
			q.hasRate, q.perSecond = true, figures.PerSecond(q.doneSince(&old), q.at.Sub(old.at))
		}
		v.before[q.name] = *q
	}
	if v.isTerminal {
		fmt.Fprint(v.out, "\x1b[H\x1b[2J"+table(queues, workers)+"\nCtrl-C ends\n")
		return
	}
	for _, q := range queues {
		fmt.Fprintf(v.out, "queue %s: %d waiting, %d in flight, %d scheduled, %d dead, %s done per second, %s workers\n",
			q.name, q.waiting, q.taken, q.scheduled, q.dead, q.rate(), workersAt(q.name, workers))
	}
	if len(queues) == 0 {
		fmt.Fprintln(v.out, "there are no queues")
	}
}

// doneSince returns how many jobs have left the queue since the look old. A scheduled job that comes due is two messages, of
// which one leaves: it is not counted, unless another one is scheduled between the looks.
func (q *queueState) doneSince(old *queueState) int64 {
	left := int64(q.left - old.left)
	return max(0, min(left, left+int64(q.scheduled-old.scheduled)))
}

// rate is how many jobs leave the queue each second.
func (q *queueState) rate() string {
	if !q.hasRate {
		return "-"
	}
	return figures.Thousands(q.perSecond)
}

// workersAt returns how many workers are at the queue. Those of another program than this one are not known.
func workersAt(queue string, workers []lease.Change) string {
	if queue != queueName {
		return "-"
	}
	return strconv.Itoa(len(workers))
}

// table is a look as a table.
func table(queues []queueState, workers []lease.Change) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "waiting\tin flight\tscheduled\tdead\tdone/s\tworkers\t  queue")
	for _, q := range queues {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%s\t  %s\n", figures.Thousands(int64(q.waiting)), q.taken, q.scheduled, q.dead, q.rate(),
			workersAt(q.name, workers), q.name)
	}
	t.Flush()
	fmt.Fprintf(&b, "\n%d workers\n", len(workers))
	for _, w := range workers {
		fmt.Fprintf(&b, "  %-30s %s\n", visible.Text(w.Name), visible.Text(w.Holder))
	}
	return b.String()
}
