package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

const aboutSubmit = `Publishes a batch of jobs, and shows how many of them are done until none is left: by a bar
on a terminal, by lines elsewhere. The bar counts what is left in the queue, also of
other batches. The status is 1 when jobs have become dead letters. Ctrl-C ends the bar,
and not the jobs.`

// batch are the flags of submit.
type batch struct {
	place
	count, below, bad int
	name              string
	noWait            bool
}

// check requires that the numbers make sense.
func (b *batch) check() error {
	if b.count < 1 || b.bad < 0 || b.bad > b.count || b.below < 0 {
		return errors.New("--count must be at least 1, --bad at most --count, and --below at least 0")
	}
	return nil
}

func submit(args []string, out, errs writer) int {
	var b batch
	set := newSet("submit", aboutSubmit, &b.place, out, errs)
	set.IntVar(&b.count, "count", 1000, "how many jobs")
	set.IntVar(&b.below, "below", 20_000, "count the primes below this number")
	set.IntVar(&b.bad, "bad", 0, "how many of the jobs cannot be done")
	set.StringVar(&b.name, "name", "", "`name` of the batch: a second one with the same name, soon, is not stored; without it the time")
	set.BoolVar(&b.noWait, "no-wait", false, "do not wait until they are done")
	status, ok := set.Parse(args, b.place.check, b.check)
	if !ok {
		return status
	}
	err := edo.Run(func(task *edo.Task) error {
		conn, err := b.connect(task, false)
		if err != nil {
			return err
		}
		defer conn.Drop()
		return errors.Join(b.submit(task, conn, out), edo.Shielded(task, conn.Close))
	}, edo.WithSignals())
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// submit publishes the batch, and waits until it is done.
func (b *batch) submit(task *edo.Task, conn *cluster.Conn, out writer) error {
	queue, err := openQueue(task, conn)
	if err != nil {
		return err
	}
	before, err := queue.Info(task)
	if err != nil {
		return err
	}
	if b.name == "" {
		b.name = time.Now().Format("2006-01-02 15:04:05.000000")
	}
	began := time.Now()
	stored, err := b.publish(task, queue)
	if err != nil {
		return err
	}
	took := time.Since(began)
	fmt.Fprintf(out, "%s jobs are stored, after %v: %s per second\n", figures.Thousands(int64(stored)), figures.Round(took),
		figures.Thousands(figures.PerSecond(int64(stored), took)))
	if b.noWait || stored == 0 {
		return nil
	}
	if workers, err := workersOf(task, conn); err != nil {
		return err
	} else if all, err := workers.Held(task); err != nil {
		return err
	} else if len(all) == 0 {
		fmt.Fprintln(out, "no worker is there: edo work serve starts one")
	}
	dead, err := b.wait(task, queue, &bar{out: out, isTerminal: figures.IsTerminal(out), total: stored}, before.Dead)
	if err != nil {
		return err
	}
	took = time.Since(began)
	fmt.Fprintf(out, "%s jobs are done, after %v: %s per second\n", figures.Thousands(int64(stored-dead)), figures.Round(took),
		figures.Thousands(figures.PerSecond(int64(stored), took)))
	if dead > 0 {
		return fmt.Errorf("%d jobs are dead letters: edo work dead lists them", dead)
	}
	return nil
}

// publish publishes the jobs, and returns how many are stored: the others were there already.
func (b *batch) publish(task *edo.Task, queue *cluster.Queue[job]) (stored int, err error) {
	limit := lock.NewSemaphore(256)
	var all []*edo.JoinHandle[cluster.Receipt]
	err = scope.Run(task, func(s *scope.Scope) error {
		for i := range b.count {
			if err := limit.Acquire(task, 1); err != nil {
				return err
			}
			j := job{Below: b.below}
			if i < b.bad {
				j.Below = -1 - i
			}
			all = append(all, edo.GoValue(s, func(task *edo.Task) (cluster.Receipt, error) {
				defer limit.Release(1)
				return queue.Publish(task, j, cluster.ID(fmt.Sprint(b.name, "/", i)))
			}))
		}
		return nil
	})
	for _, h := range all {
		if r, _, joinErr := h.TryJoin(); joinErr == nil && !r.Duplicate {
			stored++
		}
	}
	return stored, err
}

// wait waits until no more than those that are dead is left of the batch.
func (b *batch) wait(task *edo.Task, queue *cluster.Queue[job], bar *bar, deadBefore int) (dead int, err error) {
	defer bar.clear()
	for {
		info, err := queue.Info(task)
		if err != nil {
			return 0, err
		}
		left := info.Waiting + info.Taken + info.Scheduled
		dead = max(0, info.Dead-deadBefore)
		bar.show(bar.total-min(left, bar.total), dead)
		if left == 0 {
			return dead, nil
		}
		if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// bar shows how far a batch is: on a terminal in one line that is written over, and elsewhere by a
// line for each tenth.
type bar struct {
	out        writer
	isTerminal bool
	total      int
	printed    int // tenths
}

// barWidth is how many characters the bar has.
const barWidth = 40

// show tells how many jobs are over, and how many of them are dead.
func (b *bar) show(n, dead int) {
	text := fmt.Sprintf("%s of %s", figures.Thousands(int64(n)), figures.Thousands(int64(b.total)))
	if dead > 0 {
		text += fmt.Sprintf(", %d dead", dead)
	}
	switch tenths := n * 10 / b.total; {
	case b.isTerminal:
		full := n * barWidth / b.total
		fmt.Fprintf(b.out, "\r\x1b[K[%s%s] %s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), text)
	case tenths > b.printed:
		b.printed = tenths
		fmt.Fprintln(b.out, text)
	}
}

// clear removes the bar.
func (b *bar) clear() {
	if b.isTerminal {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
