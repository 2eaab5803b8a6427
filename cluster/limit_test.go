package cluster_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// A job that is as large as the broker takes, with the longest id and key, still becomes a dead letter, with
// its reason, and a job again; one byte more is refused before it is sent.
func TestAJobAtTheLimitOfItsSizeDiesAndIsSentAgain(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		cfg := patient
		cfg.Lanes, cfg.Tries = 2, 1
		q, err := cluster.NewQueue[string](task, conn, "limit", cfg)
		if err != nil {
			return err
		}
		id, key := strings.Repeat("i", 512), strings.Repeat("k", 512)
		size := conn.MaxPayload()
		for fits := false; !fits; { // the error says by how much it is too large
			_, err := q.Publish(task, strings.Repeat("x", size), cluster.ID(id), cluster.Key(key))
			e, isSize := errors.AsType[*cluster.SizeError](err)
			switch {
			case isSize:
				size -= e.Size - e.Max
			case err != nil:
				return err
			}
			fits = err == nil
		}
		_, err = q.Publish(task, strings.Repeat("x", size+1), cluster.ID(id), cluster.Key(key))
		if e, ok := errors.AsType[*cluster.SizeError](err); !ok || e.Size != e.Max+1 {
			t.Errorf("a byte more is %v", err)
		}
		again, isAgain := newTally(1), atomic.Bool{}
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
			if len(job.Value) != size || job.ID != id || job.Key != key {
				return cluster.Permanent(fmt.Errorf("the job is of %d bytes", len(job.Value)))
			}
			if !isAgain.Load() {
				return errors.New(strings.Repeat("a long reason ", 1000))
			}
			again.add(job.ID)
			return nil
		})
		return working(task, worker, func() error {
			if err := empty(task, q); err != nil {
				return err
			}
			letters, err := q.Dead(task, 0, 2)
			if err != nil || len(letters) != 1 || !strings.HasPrefix(letters[0].Reason, "a long reason") || len(letters[0].Value) != size {
				return fmt.Errorf("there are %d dead letters, %w", len(letters), err)
			}
			isAgain.Store(true)
			if err := q.SendAgain(task, letters[0].Number); err != nil {
				return err
			}
			if err := q.SendAgain(task, letters[0].Number); err != cluster.ErrNoDeadLetter {
				t.Errorf("to send it again twice is %v", err)
			}
			return again.await(task)
		})
	})
}

// What a call takes is what the broker takes, whichever way the argument goes.
func TestAnArgumentMayBeAsLargeAsTheBrokerTakes(t *testing.T) {
	for _, stored := range []bool{false, true} {
		f := cluster.NewFunc[string, int]("length", cluster.FuncConfig{Stored: stored})
		with(t, func(task *edo.Task, conn *cluster.Conn) error {
			offered := cluster.Offer(f, func(_ *edo.Task, s string) (int, error) { return len(s), nil })
			return served(task, conn, 1, []cluster.Offered{offered}, func(*cluster.Member) error {
				most := conn.MaxPayload() - 2<<10 - len(`""`)
				if stored { // it is text in text
					most = (conn.MaxPayload()-2<<10)/4*3 - len(`""`)
				}
				if n, err := cluster.Call(task, conn, f, strings.Repeat("x", most)); n != most || err != nil {
					t.Errorf("stored=%v: an argument of %d bytes: %d, %v", stored, most, n, err)
				}
				_, err := cluster.Call(task, conn, f, strings.Repeat("x", most+1))
				if _, ok := errors.AsType[*cluster.SizeError](err); !ok {
					t.Errorf("stored=%v: an argument of %d bytes is %v", stored, most+1, err)
				}
				return nil
			})
		})
	}
}
