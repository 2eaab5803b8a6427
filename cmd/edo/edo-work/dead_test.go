package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cmd/edo/internal/command"
)

func TestDeadLettersOfAllQueuesAreListedAndSentAgain(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "work")
	err := edo.Run(func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		for name, cfg := range map[string]cluster.QueueConfig{"mails": {Lanes: 3}, "bills": {Priorities: 2}, "calm": {}} {
			q, err := cluster.NewQueue[string](task, conn, name, cfg)
			if err != nil {
				return err
			}
			if name != "calm" {
				if err := bury(task, q, "one", "two"); err != nil {
					return err
				}
			}
		}
		_, err = edo.Blocking(task, func(*edo.Task) (edo.Unit, error) { // the command waits in a runtime of its own
			lookAfterDeadLetters(t, folder)
			return edo.Unit{}, nil
		}).Await(task)
		return errors.Join(err, conn.Close(task))
	})
	if err != nil {
		t.Error(err)
	}
}

// bury makes jobs with these ids dead letters.
func bury(task *edo.Task, q *cluster.Queue[string], ids ...string) error {
	for _, id := range ids {
		if _, err := q.Publish(task, "a job", cluster.ID(id)); err != nil {
			return err
		}
	}
	worker := cluster.Work(q, 3, func(*edo.Task, *cluster.Job[string]) error { return cluster.Permanent(errors.New("no luck")) })
	works := edo.Spawn(task, edo.Future[edo.Unit](worker))
	for info := (cluster.QueueInfo{}); info.Dead < len(ids) || info.Taken > 0; {
		var err error
		if info, err = q.Info(task); err != nil {
			return err
		}
	}
	worker.Stop()
	_, err := works.Await(task)
	return err
}

func lookAfterDeadLetters(t *testing.T, folder string) {
	dead := func(args string, want int) (out, errs string) {
		t.Helper()
		out, errs, status := call(append([]string{"dead", "--folder", folder}, strings.Fields(args)...)...)
		if status != want {
			t.Errorf("dead %s: status %d\n%s%s", args, status, out, errs)
		}
		return out, errs
	}
	out, _ := dead("", command.OK)
	lines := strings.Split(out, "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[0], "bills 1  ") || !strings.HasPrefix(lines[3], "mails 2  ") ||
		strings.Count(out, ", try 1: no luck\n") != 4 {
		t.Errorf("dead lists\n%s", out)
	}
	if out, _ = dead("--queue mails", command.OK); strings.Count(out, "mails ") != 2 || strings.Contains(out, "bills") {
		t.Errorf("of mails it lists\n%s", out)
	}
	if out, _ = dead("--queue mails --discard 1", command.OK); out != "mails 1 was discarded\n" {
		t.Errorf("it says %q", out)
	}
	if out, _ = dead("--again all", command.OK); out != "bills 1 was sent again\nbills 2 was sent again\nmails 2 was sent again\n" {
		t.Errorf("it says %q", out)
	}
	if out, _ = dead("", command.OK); out != "there are no dead letters\n" {
		t.Errorf("it says %q", out)
	}
	if _, errs := dead("--queue none", command.Failed); !strings.Contains(errs, "there is no such queue: none") {
		t.Errorf("of a queue that is not there it says %q", errs)
	}
	if _, errs := dead("--again 1", command.Misuse); !strings.Contains(errs, "give --queue") {
		t.Errorf("without a queue it says %q", errs)
	}
}
