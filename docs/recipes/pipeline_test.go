package recipes

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"testing/fstest"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
	"github.com/edo-go/edo/timer"
)

// linesOf are the lines of a file. A read of a file does not wait.
func linesOf(fsys fs.FS, name string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		f, err := fsys.Open(name)
		if err != nil {
			yield("", err)
			return
		}
		defer f.Close()
		in := bufio.NewScanner(f)
		for in.Scan() {
			if !yield(in.Text(), nil) {
				return
			}
		}
		if err := in.Err(); err != nil {
			yield("", err)
		}
	}
}

var errFull = errors.New("the service is full")

func Example_pipeline() {
	files := fstest.MapFS{"access.log": {Data: []byte("a\nb\nc\n")}}
	tries := 0
	upload := func(n int) edo.Future[edo.Unit] {
		if tries++; tries == 2 {
			return future.Fail[edo.Unit](errFull)
		}
		fmt.Println("upload", n)
		return future.Ready(edo.Unit{})
	}
	err := sim.Run(1, func(task *edo.Task) error {
		start := timer.Now(task)
		tx, live := mpsc.New[string](8)
		edo.Go(task, func(task *edo.Task) error {
			for range 4 {
				if err := timer.Sleep(task, 400*time.Millisecond); err != nil {
					return err
				}
				if err := tx.Send(task, "d"); err != nil {
					return err
				}
			}
			return nil
		}, edo.Owns(tx))
		requests := stream.Iter2(linesOf(files, "access.log")).Chain(live)
		perSecond := window.ByClock(requests, window.Tumbling(time.Second), window.Count[string]())
		for w, err := range stream.All(task, perSecond.RateLimit(2, time.Second, 1)) { // two in a second
			if err != nil {
				return err
			}
			sent := future.Retry(future.Backoff{Initial: 100 * time.Millisecond, Attempts: 5}, func() edo.Future[edo.Unit] {
				return upload(w.Value)
			})
			if _, err := edo.Await(task, sent); err != nil {
				return err
			}
		}
		fmt.Println("after", timer.Now(task).Sub(start))
		return task.Err()
	})
	fmt.Println(err)
	// Output:
	// upload 5
	// upload 2
	// after 1.7s
	// <nil>
}
