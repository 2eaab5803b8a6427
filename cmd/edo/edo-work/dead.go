package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cmd/edo/internal/command"
)

const aboutDead = `Lists the dead letters of the queue of the example, the oldest first: jobs that no try has
done, with the reason. --again puts them back into the queue, --discard removes them. Those
of a queue of another program that program lists, by Queue.Dead of package cluster.`

// letters are the flags of dead.
type letters struct {
	place
	limit          int
	again, discard string // a number, or "all"
}

// check requires that what is to be done is clear.
func (l *letters) check() error {
	if l.again != "" && l.discard != "" {
		return errors.New("give --again or --discard, not both")
	}
	for _, which := range []string{l.again, l.discard} {
		if _, err := strconv.ParseUint(which, 10, 64); err != nil && which != "" && which != "all" {
			return fmt.Errorf("%q is no number of a dead letter, and not \"all\"", which)
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
	set.IntVar(&l.limit, "limit", 100, "how many are listed at the most")
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
		queue, err := openQueue(task, conn)
		if err != nil {
			return err
		}
		switch {
		case l.again != "":
			err = each(task, queue, l.again, out, "was sent again", queue.SendAgain)
		case l.discard != "":
			err = each(task, queue, l.discard, out, "was discarded", queue.Discard)
		default:
			err = l.list(task, queue, out)
		}
		return errors.Join(err, edo.Shielded(task, conn.Close))
	}, edo.WithSignals())
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// list prints the letters.
func (l *letters) list(task *edo.Task, queue *cluster.Queue[job], out writer) error {
	all, err := queue.Dead(task, 0, l.limit)
	if err != nil {
		return err
	}
	for _, d := range all {
		fmt.Fprintf(out, "%d  %s  %s, try %d: %s\n", d.Number, d.Died.Local().Format("15:04:05"), d.ID, d.Tries, d.Reason)
	}
	if len(all) == 0 {
		fmt.Fprintln(out, "there are no dead letters")
	}
	return nil
}

// each does something with a letter, or with all that are there.
func each(task *edo.Task, queue *cluster.Queue[job], which string, out writer, what string, do func(task *edo.Task, number uint64) error) error {
	numbers, from := []uint64{}, uint64(0)
	if which != "all" {
		n, err := strconv.ParseUint(which, 10, 64)
		if err != nil {
			return err
		}
		numbers = append(numbers, n)
	}
	for which == "all" {
		some, err := queue.Dead(task, from, 100)
		if err != nil {
			return err
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
			return fmt.Errorf("the dead letter %d: %w", n, err)
		}
		fmt.Fprintf(out, "%d %s\n", n, what)
	}
	return nil
}
