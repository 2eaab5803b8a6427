package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/internal/tasktest"
)

// programVariable is set in a process that is to be the program.
const programVariable = "EDO_WORK_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// call runs a command in this process.
func call(args ...string) (out, errs string, status int) {
	var o, e strings.Builder
	status = run(args, &o, &e)
	return o.String(), e.String(), status
}

func TestEveryCommandIsInTheUsageAndHasHelp(t *testing.T) {
	for name := range commands {
		if !strings.Contains(usage, "\n  "+name+" ") {
			t.Errorf("%s is not in the usage", name)
		}
		out, errs, status := call(name, "--help")
		if status != command.OK || errs != "" || !strings.HasPrefix(out, "usage: edo work "+name) {
			t.Errorf("%s --help: status %d\n%s%s", name, status, out, errs)
		}
	}
	if out, errs, status := call("help"); out != usage || errs != "" || status != command.OK {
		t.Errorf("help: status %d\n%s%s", status, out, errs)
	}
}

func TestWrongArgumentsAreMisuse(t *testing.T) {
	for _, args := range []string{
		"", "dance", "serve --limit 0", "submit --count 0", "submit --bad 5 --count 4", "dead --again x", "dead --again 1 --discard 2",
		"watch --every 0s", "watch --folder a --url b", "submit more",
	} {
		out, errs, status := call(strings.Fields(args)...)
		if status != command.Misuse || out != "" || errs == "" {
			t.Errorf("%q: status %d\n%s%s", args, status, out, errs)
		}
	}
}

func TestWithoutABrokerCommandsSaySo(t *testing.T) {
	for _, folder := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		for _, name := range []string{"submit", "watch", "dead"} {
			_, errs, status := call(name, "--folder", folder)
			if status != command.Failed || !strings.Contains(errs, "edo work serve starts one") {
				t.Errorf("%s: status %d\n%s", name, status, errs)
			}
		}
		if _, err := os.Stat(folder); filepath.Base(folder) == "none" && err == nil {
			t.Error("a folder was made")
		}
	}
	if _, errs, status := call("watch", "--url", "nats://127.0.0.1:1"); status != command.Failed || !strings.Contains(errs, "cluster: connect to nats://127.0.0.1:1: ") {
		t.Errorf("status %d\n%s", status, errs)
	}
}

// serving starts edo work serve on the folder, in a process of its own, and waits until it works.
func serving(t *testing.T, folder string) {
	t.Helper()
	tasktest.StartProcess(t, tasktest.Program{
		Args: []string{"serve", "--folder", folder}, Env: []string{programVariable + "=1"}, Ready: "works on the queue primes, ",
	})
}

func TestABatchIsDoneByTwoWorkersAndItsBadJobsAreDeadLetters(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "work")
	serving(t, folder)
	serving(t, folder)

	out, errs, status := call("submit", "--folder", folder, "--count", "200", "--below", "500", "--name", "first")
	if status != command.OK || errs != "" || !strings.Contains(out, "200 jobs are stored, after ") || !strings.Contains(out, "\n200 of 200\n") ||
		!strings.Contains(out, "\n200 jobs are done, after ") || strings.Contains(out, "\x1b") {
		t.Errorf("submit: status %d\n%s%s", status, out, errs)
	}
	out, errs, status = call("submit", "--folder", folder, "--count", "200", "--below", "500", "--name", "first", "--no-wait")
	if status != command.OK || errs != "" || !strings.HasPrefix(out, "0 jobs are stored") {
		t.Errorf("submit again: status %d\n%s%s", status, out, errs)
	}
	out, errs, status = call("submit", "--folder", folder, "--count", "20", "--below", "500", "--bad", "3", "--name", "second")
	if status != command.Failed || !strings.Contains(errs, "3 jobs are dead letters") || !strings.Contains(out, "17 jobs are done") {
		t.Errorf("submit with bad jobs: status %d\n%s%s", status, out, errs)
	}

	out, errs, status = call("watch", "--folder", folder, "--times", "2", "--every", "10ms")
	if want := "queue primes: 0 waiting, 0 in flight, 0 scheduled, 3 dead, "; status != command.OK || errs != "" ||
		strings.Count(out, want) != 2 || !strings.Contains(out, "dead, - done per second, 2 workers\n") || !strings.Contains(out, "dead, 0 done per second, 2 workers\n") {
		t.Errorf("watch: status %d\n%s%s", status, out, errs)
	}

	out, errs, status = call("dead", "--folder", folder)
	if status != command.OK || errs != "" || strings.Count(out, "\n") != 3 || !strings.Contains(out, "second/0, try 1: there are no primes below -1\n") {
		t.Errorf("dead: status %d\n%s%s", status, out, errs)
	}
	if out, errs, status = call("dead", "--folder", folder, "--queue", queueName, "--discard", "2"); status != command.OK || out != "primes 2 was discarded\n" {
		t.Errorf("dead --discard: status %d\n%s%s", status, out, errs)
	}
	if out, errs, status = call("dead", "--folder", folder, "--queue", queueName, "--discard", "2"); status != command.Failed || !strings.Contains(errs, "no such dead letter") {
		t.Errorf("dead --discard again: status %d\n%s%s", status, out, errs)
	}
	if out, errs, status = call("dead", "--folder", folder, "--again", "all"); status != command.OK || strings.Count(out, " was sent again\n") != 2 {
		t.Errorf("dead --again: status %d\n%s%s", status, out, errs)
	}
}

func TestPrimes(t *testing.T) {
	for n, want := range map[int]int{0: 0, 2: 0, 3: 1, 10: 4, 100: 25, 5000: 669} {
		err := edo.Run(func(task *edo.Task) error {
			got, err := primes(task, n)
			if got != want {
				t.Errorf("%d primes are below %d, want %d", got, n, want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTheNumberOfWorkersOfAnotherProgramIsNotKnown(t *testing.T) {
	workers := []lease.Change{{Name: "a/1", Holder: queueName + ", 4 at a time"}}
	var out strings.Builder
	(&view{out: &out, before: map[string]queueState{}}).show([]queueState{{name: queueName}, {name: "mails"}}, workers)
	if got := out.String(); !strings.Contains(got, "queue primes: 0 waiting, 0 in flight, 0 scheduled, 0 dead, - done per second, 1 workers\n") ||
		!strings.Contains(got, "queue mails: 0 waiting, 0 in flight, 0 scheduled, 0 dead, - done per second, - workers\n") {
		t.Error(got)
	}
}

func TestAScheduledJobThatComesDueIsNotDone(t *testing.T) {
	at := time.Unix(1, 0)
	for _, c := range []struct {
		now  queueState
		want int64
	}{
		{queueState{left: 30, scheduled: 5, waiting: 20}, 0}, // 20 have come due
		{queueState{left: 33, scheduled: 5, waiting: 17}, 3}, // and 3 are done
		{queueState{left: 12, scheduled: 25, waiting: 0}, 2}, // none has come due
		{queueState{left: 12, scheduled: 40, waiting: 0}, 2}, // and 15 more are scheduled
		{queueState{left: 29, scheduled: 5, waiting: 20}, 0}, // the look was between two numbers
		{queueState{left: 9, scheduled: 25, waiting: 0}, -1}, // the queue was made anew
	} {
		v := &view{out: io.Discard, before: map[string]queueState{"q": {left: 10, scheduled: 25, at: at}}}
		c.now.name, c.now.at = "q", at.Add(time.Second)
		all := []queueState{c.now}
		v.show(all, nil)
		if all[0].hasRate != (c.want >= 0) || all[0].perSecond != max(0, c.want) {
			t.Errorf("%+v: want %d done", all[0], c.want)
		}
	}
}

func TestTextOfOtherProgramsDoesNothingToATerminal(t *testing.T) {
	if got := table(nil, []lease.Change{{Name: "a\x1b[2J", Holder: "b\x1b]0;owned\a"}}); strings.ContainsAny(got, "\x1b\a") || !strings.Contains(got, `a\x1b[2J`) {
		t.Errorf("%q", got)
	}
}
