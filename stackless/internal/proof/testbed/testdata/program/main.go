// Program runs the random programs that are linked in.
//
//	program all RUNS FROM LIMIT
//	                        runs each of them, from the FROM-th on, RUNS times, and prints for each run
//	                        the number of the program, its name, the run, a sum of the reports, and
//	                        one of what the scheduler chose. A run that takes longer than LIMIT ends
//	                        the process.
//	program one NAME RUN    prints all that a run of one records
//	program name N          prints the name of the N-th
//	program parallel RUNS   runs all of them at the same time on several workers, RUNS times, and prints
//	                        what all prints
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"proof.test/trace"
)

func main() {
	debug.SetMaxStack(1 << 26) // a program that calls itself for ever ends soon
	switch os.Args[1] {
	case "all":
		limit, err := time.ParseDuration(os.Args[4])
		if err != nil {
			panic(err)
		}
		all(number(os.Args[2]), number(os.Args[3]), limit)
	case "one":
		for _, p := range trace.Programs {
			if p.Name == os.Args[2] {
				t, schedule := record(p, number(os.Args[3]))
				fmt.Printf("%sschedule %s\n", t.Text(), schedule)
			}
		}
	case "parallel":
		parallel(number(os.Args[2]))
	case "name":
		fmt.Println(trace.Programs[number(os.Args[2])].Name)
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// all runs programs. Each line is written at once, as the next run may end the process.
func all(runs, from int, limit time.Duration) {
	var done atomic.Int64
	go watch(&done, limit)
	for i := from; i < len(trace.Programs); i++ {
		p := trace.Programs[i]
		for n := range runs {
			t, schedule := record(p, n)
			fmt.Println(i, p.Name, n, t.Sum(), schedule)
			done.Add(1)
		}
	}
}

// watch ends the process if a run does not end. A run takes a millisecond or less.
func watch(done *atomic.Int64, limit time.Duration) {
	for last := int64(-1); ; {
		now := done.Load()
		if now == last {
			fmt.Fprintln(os.Stderr, "a run did not end within", limit)
			os.Exit(3)
		}
		last = now
		time.Sleep(limit)
	}
}

// record runs a program under a recorder. schedule is a short form of what the scheduler
// chose, in a build that has one.
func record(p trace.Program, n int) (t *trace.T, schedule string) {
	t = trace.New(n)
	schedule = run(n, t.Lost, func(task *edo.Task) error { return start(task, p, t) })
	return t, schedule
}

// start runs a program, and records how it ends.
func start(task *edo.Task, p trace.Program, t *trace.T) error {
	h := edo.Go(task, func(task *edo.Task) error {
		if err := awaitOthers(task); err != nil {
			return err
		}
		return p.Run(task, t)
	})
	t.Abort = h.Abort
	_, err := h.Await(task)
	t.Abort = nil
	var failure *edo.PanicError
	if errors.As(err, &failure) {
		t.At(-1, "panic", fmt.Sprint(failure.Value))
	}
	t.At(-2, err != nil, errors.Is(err, edo.ErrCancelled))
	return nil
}
