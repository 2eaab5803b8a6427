package cluster_test

import (
	"errors"
	"fmt"
	"log"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// A panic is a fault of the program in which it happens: it is told there too, and not to the caller alone.
func TestAPanicIsToldToTheRuntimeInWhichItHappens(t *testing.T) {
	stored := cluster.NewFunc[int, int]("stored", cluster.FuncConfig{Stored: true})
	future := cluster.NewFunc[int, int]("future", cluster.FuncConfig{})
	offers := []cluster.Offered{
		cluster.Offer(square, squares), cluster.Offer(stored, squares),
		cluster.OfferFuture(future, func(int) edo.Future[int] { panic("it is very negative") }),
	}
	var mu sync.Mutex
	var errs, panics []string
	told := func() (e, p []string) {
		mu.Lock()
		defer mu.Unlock()
		e, p, errs, panics = errs, panics, nil, nil
		return e, p
	}
	config := edo.Config{
		OnError: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err.Error())
		},
		OnPanic: func(err *edo.PanicError) bool {
			mu.Lock()
			defer mu.Unlock()
			panics = append(panics, err.Task)
			return false
		},
	}
	check := func(what, text string, want ...string) {
		t.Helper()
		e, p := told()
		if !slices.Equal(p, want) {
			t.Errorf("%s: OnPanic is told of %q, want %q", what, p, want)
		}
		isRight := len(e) == len(want)
		for i := range min(len(e), len(want)) {
			begin := text + "edo: task " + want[i] + " panicked: it is very negative\n\ngoroutine "
			isRight = isRight && strings.HasPrefix(e[i], begin)
		}
		if !isRight {
			t.Errorf("%s: OnError is told of %.200q, want %q of %q", what, e, text, want)
		}
	}
	err := edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, filepath.Join(t.TempDir(), "broker"))
		if err != nil {
			return err
		}
		defer conn.Drop()
		err = served(task, conn, 1, offers, func(*cluster.Member) error {
			for _, f := range []*cluster.Func[int, int]{square, stored, future} {
				_, err := cluster.Call(task, conn, f, -2)
				if e, ok := errors.AsType[*cluster.RemotePanicError](err); !ok || len(e.Stack) == 0 {
					t.Errorf("%s is %v", f.Name(), err)
				}
				if err := until(task, func() bool { mu.Lock(); defer mu.Unlock(); return len(errs) > 0 }); err != nil {
					return err
				}
				check(f.Name(), "cluster: a function has panicked, and its caller is told: ", "call of "+f.Name())
			}
			if _, err := cluster.Call(task, conn, square, -1); err == nil {
				t.Error("an error is none")
			}
			return nil
		})
		check("an error", "")
		if err != nil {
			return err
		}
		q, err := cluster.NewQueue[int](task, conn, "panics", cluster.QueueConfig{Tries: 2, Backoff: atOnce})
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, -2, cluster.ID("a")); err != nil {
			return err
		}
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			_, err := squares(task, job.Value)
			return err
		})
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		const title = "job a of the queue panics"
		check("a job", "cluster: a try of a job has failed: ", title, title)
		letters, err := q.Dead(task, 0, 2)
		if err != nil || len(letters) != 1 || !strings.Contains(letters[0].Reason, "panicHere") {
			return fmt.Errorf("there are the dead letters %v, %w", letters, err)
		}
		return nil
	}, edo.WithConfig(config))
	if err != nil {
		t.Error(err)
	}
}

// The default of OnError notes that it has printed the stack, and the text of the panic leaves it out from then on: the
// dead letter, which is read elsewhere, has it all the same.
func TestADeadLetterHasTheStackThatWasPrinted(t *testing.T) {
	var printed strings.Builder
	old, writer, flags := slog.Default(), log.Writer(), log.Flags()
	defer func() { slog.SetDefault(old); log.SetOutput(writer); log.SetFlags(flags) }()
	slog.SetDefault(slog.New(slog.NewTextHandler(&printed, nil)))
	err := edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, filepath.Join(t.TempDir(), "broker"))
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[int](task, conn, "panics", cluster.QueueConfig{Tries: 1})
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, -2); err != nil {
			return err
		}
		worker := cluster.WorkFuture(q, 1, func(*cluster.Job[int]) edo.Future[edo.Unit] { panicHere(); return nil })
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		letters, err := q.Dead(task, 0, 1)
		if err != nil || len(letters) != 1 || !strings.Contains(letters[0].Reason, "panicHere") {
			return fmt.Errorf("there are the dead letters %v, %w", letters, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(printed.String(), "panicHere") {
		t.Errorf("the log is %q", printed.String())
	}
}
