package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// pullTime is how long one question for jobs waits at the broker.
const pullTime = 30 * time.Second

// pullRest is how long a worker rests after a question for jobs that has failed.
const pullRest = 250 * time.Millisecond

// pull is a question for jobs that is under way.
type pull struct{ cancel func() }

// take takes jobs of a line until the worker stops. It is the function of a blocking task: nats.go
// gives what it has pulled by a channel.
func (w *Worker[T]) take(task *edo.Task, ctx context.Context, l *line) {
	defer context.AfterFunc(task.Context(), w.Stop)()
	for {
		n := w.awaitRoom(l)
		if n == 0 {
			return
		}
		got, err := w.pull(ctx, l, n)
		if errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrConsumerNotFound) {
			err = w.look(ctx, l, err)
		}
		if err != nil && got == 0 && !w.rest(pullRest) {
			return
		}
	}
}

// awaitRoom waits until the worker may take jobs of l, and returns how many; 0: it stops.
//
// A worker of one line asks for as many jobs as it has calls free, and so holds none that another
// worker could do. One of several lines holds at most one job of each, or else it would not know of
// the most urgent one.
func (w *Worker[T]) awaitRoom(l *line) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.state == taking {
		n := w.limit - len(w.running) - len(w.held)
		if len(w.q.lines) > 1 {
			n = 1
			for _, d := range w.held {
				if d.line == l {
					n = 0
				}
			}
		}
		if n > 0 {
			return n
		}
		w.room.Wait()
	}
	return 0
}

// pull asks for n jobs, and returns how many have come.
func (w *Worker[T]) pull(ctx context.Context, l *line, n int) (got int, err error) {
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	p := &pull{cancel}
	w.mu.Lock()
	w.pulls[p] = struct{}{}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.pulls, p)
		w.mu.Unlock()
	}()
	batch, err := l.consumer.Fetch(n, jetstream.FetchContext(ctx))
	if err != nil {
		return 0, err
	}
	for m := range batch.Messages() {
		w.taken(l, m)
		got++
	}
	if err := batch.Error(); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return got, err
	}
	return got, nil
}

// taken holds a job that has come, until a call is free.
func (w *Worker[T]) taken(l *line, m jetstream.Msg) {
	d, err := newDelivery(l, m)
	if err != nil {
		return
	}
	_, d.link = w.q.conn.in().Up()
	// A broker that has begun again counts the time of a job from its publication: without a sign
	// it would give an old job to another worker at once.
	if time.Since(d.meta.Timestamp) > w.q.cfg.Patience/2 {
		w.signs([]*delivery{d})
	}
	w.mu.Lock()
	if (d.meta.NumDelivered > 1 || d.link > 0) && w.adopt(d) {
		w.mu.Unlock()
		return
	}
	isLate := w.state != taking
	var waker edo.Waker
	if !isLate {
		d.isSettled = w.forgotten.took(d)
		w.held = append(w.held, d)
		waker, w.waker = w.waker, edo.Waker{}
	}
	w.mu.Unlock()
	if isLate {
		w.giveBack(d)
	}
	waker.Wake()
}

// look asks whether the line is still there, after err has said that it is not: a broker that has
// just begun says so too. If it is not, the worker ends.
func (w *Worker[T]) look(ctx context.Context, l *line, err error) error {
	_, infoErr := l.consumer.Info(ctx)
	if errors.Is(infoErr, jetstream.ErrConsumerNotFound) || errors.Is(infoErr, jetstream.ErrStreamNotFound) {
		w.halt(fmt.Errorf("cluster: the queue %s is not there any more: %w", w.q.name, infoErr))
	}
	return err
}

// rest rests for d, and reports whether the worker goes on.
func (w *Worker[T]) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-w.stop:
		return false
	case <-timer.C:
		return true
	}
}

// giveSigns tells the broker of the jobs that the worker has, until it has none and takes none. It
// is the function of a blocking task: handlers that keep the processors do not hold it up.
func (w *Worker[T]) giveSigns(task *edo.Task) {
	defer context.AfterFunc(task.Context(), w.Stop)()
	tick := time.NewTicker(w.q.cfg.Patience / 3)
	defer tick.Stop()
	for {
		select {
		case <-w.quiet:
			return
		case <-tick.C:
			w.signs(w.deliveries())
		}
	}
}

// deliveries returns the jobs that the worker has.
func (w *Worker[T]) deliveries() []*delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := append([]*delivery(nil), w.held...)
	for c := range w.running {
		if !c.isSettled {
			all = append(all, c.newest)
		}
	}
	return all
}

// signs gives a sign of life for each of the jobs. One that comes too late does not make the job the
// worker's again: another may have it.
func (w *Worker[T]) signs(of []*delivery) {
	for _, d := range of {
		at, isMine := time.Now(), w.isMine(d)
		if w.q.conn.NATS().IsConnected() && d.msg.InProgress() == nil && isMine {
			w.mu.Lock()
			d.sign = at
			w.mu.Unlock()
		}
	}
}

// Reconnected is told when a connection that was lost is there again: questions for jobs that were
// under way are lost, and the broker has heard of no job for some time.
func (m *member[T]) Reconnected() {
	w := (*Worker[T])(m)
	w.mu.Lock()
	var pulls []*pull
	for p := range w.pulls {
		pulls = append(pulls, p)
	}
	w.mu.Unlock()
	w.signs(w.deliveries())
	for _, p := range pulls {
		p.cancel()
	}
}
