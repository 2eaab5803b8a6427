package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

const aboutDead = `Lists the dead letters of all queues, those of each queue the oldest first: jobs that no
try has done, with the reason. The queues may be those of other programs. --again puts
letters back into their queue, --discard removes them: one by its number and its queue, or
all of a queue, or of all queues.`

// letters are the flags of dead.
type letters struct {
	place
	limit          int
	queue          string // "": all of them
	again, discard string // a number, or "all"
}

// check requires that what is to be done is clear.
func (l *letters) check() error {
	if l.again != "" && l.discard != "" {
		return errors.New("give --again or --discard, not both")
	}
	for _, which := range []string{l.again, l.discard} {
		if which == "" || which == "all" {
			continue
		}
		if _, err := strconv.ParseUint(which, 10, 64); err != nil {
			return fmt.Errorf("%q is no number of a dead letter, and not \"all\"", which)
		}
		if l.queue == "" {
			return errors.New("a number is that of a letter of one queue: give --queue")
		}
	}
	if l.limit < 1 {
		return errors.New("--limit must be at least 1")
	}
	return nil
}

func dead(args []string, out, errs writer) int {
	var l letters
	set := newSet("dead", aboutDead, &l.place, out, errs)
	set.IntVar(&l.limit, "limit", 100, "how many of a queue are listed at the most")
	set.StringVar(&l.queue, "queue", "", "`name` of a queue; without it all")
	set.StringVar(&l.again, "again", "", "`number` of the letter that is sent again, or all")
	set.StringVar(&l.discard, "discard", "", "`number` of the letter that is removed, or all")
	status, ok := set.Parse(args, l.place.check, l.check)
	if !ok {
		return status
	}
	err := edo.Run(func(task *edo.Task) error {
		conn, err := l.connect(task, false)
		if err != nil {
			return err
		}
		defer conn.Drop()
		return errors.Join(l.do(task, conn, out), edo.Shielded(task, conn.Close))
	}, edo.WithSignals())
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// do does what is wanted with the letters of the queue, or of all.
func (l *letters) do(task *edo.Task, conn *cluster.Conn, out writer) error {
	names := []string{l.queue}
	if l.queue == "" {
		var err error
		if names, err = cluster.Queues(task, conn); err != nil {
			return err
		}
	}
	found := 0
	var failed error // of queues that another version of the package has made
	for _, name := range names {
		// A letter is sent again as it is: what its job is like is not asked.
		queue, err := cluster.FindQueue[json.RawMessage](task, conn, name, cluster.QueueConfig{})
		switch {
		case err != nil && l.queue == "" && errors.Is(err, cluster.ErrNoQueue): // it was deleted just now
			continue
		case err != nil && task.Err() == nil:
			failed = errors.Join(failed, err)
			continue
		case err != nil:
			return err
		}
		n := 0
		switch {
		case l.again != "":
			n, err = each(task, queue, l.again, out, "was sent again", queue.SendAgain)
		case l.discard != "":
			n, err = each(task, queue, l.discard, out, "was discarded", queue.Discard)
		default:
			n, err = l.list(task, queue, out)
		}
		if err != nil {
			return err
		}
		found += n
	}
	if found == 0 && failed == nil {
		fmt.Fprintln(out, "there are no dead letters")
	}
	return failed
}

// list prints the letters of a queue, and returns how many there are.
func (l *letters) list(task *edo.Task, queue *cluster.Queue[json.RawMessage], out writer) (int, error) {
	all, err := queue.Dead(task, 0, l.limit)
	for _, d := range all {
		fmt.Fprintf(out, "%s %d  %s  %s, try %d: %s\n", visible.Text(queue.Name()), d.Number,
			d.Died.Local().Format("15:04:05"), visible.Text(d.ID), d.Tries, visible.Text(d.Reason))
	}
	return len(all), err
}

// each does something with a letter of a queue, or with all that are there, and returns how many these are.
func each(
	task *edo.Task, queue *cluster.Queue[json.RawMessage], which string, out writer, what string,
	do func(task *edo.Task, number uint64) error,
) (int, error) {
	numbers, from := []uint64{}, uint64(0)
	if which != "all" {
		n, err := strconv.ParseUint(which, 10, 64)
		if err != nil {
			return 0, err
		}
		numbers = append(numbers, n)
	}
	for which == "all" {
		some, err := queue.Dead(task, from, 100)
		if err != nil {
			return 0, err
		}
		if len(some) == 0 {
			break
		}
		for _, d := range some {
			numbers = append(numbers, d.Number)
		}
		from = numbers[len(numbers)-1] + 1
	}
	for _, n := range numbers {
		if err := do(task, n); err != nil {
			return 0, fmt.Errorf("the dead letter %d of the queue %s: %w", n, queue.Name(), err)
		}
		fmt.Fprintf(out, "%s %d %s\n", visible.Text(queue.Name()), n, what)
	}
	return len(numbers), nil
}
