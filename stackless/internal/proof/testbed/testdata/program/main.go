// Program runs the random programs that are linked in, and prints what each has done:
//
//	NAME abort=REPORT SUM SCHEDULE
//
// With the name of one, and the report at which it is cancelled or 0, it prints all that
// this one records.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/edo-go/edo"
	"proof.test/trace"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) == 3 {
		at, err := strconv.Atoi(os.Args[2])
		if err != nil {
			panic(err)
		}
		for _, p := range trace.Programs {
			if p.Name == os.Args[1] {
				t, schedule := record(p, at)
				fmt.Fprintf(out, "%sschedule %s\n", t.Text(), schedule)
			}
		}
		return
	}
	for _, p := range trace.Programs {
		aborts := []int{0}
		if p.Cancel {
			aborts = []int{0, 1, 4, 15}
		}
		for _, at := range aborts {
			t, schedule := record(p, at)
			fmt.Fprintln(out, p.Name, "abort="+strconv.Itoa(at), t.Sum(), schedule)
			out.Flush() // the next one may end the process
		}
	}
}

// record runs a program under a recorder. schedule is a short form of what the scheduler
// chose, in a build that has one.
func record(p trace.Program, abortAt int) (t *trace.T, schedule string) {
	t = trace.New(abortAt)
	schedule = run(func(task *edo.Task) error {
		h := p.Start(task, t)
		t.Abort = h.Abort
		_, err := h.Await(task)
		t.Abort = nil
		var failure *edo.PanicError
		if errors.As(err, &failure) {
			t.At(-1, "panic", fmt.Sprint(failure.Value))
		}
		t.At(-2, err != nil, errors.Is(err, edo.ErrCancelled))
		return nil
	})
	return t, schedule
}
