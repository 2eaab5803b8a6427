package recipes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

func Example_boundedCrawl() {
	fetch := func(task *edo.Task, url string) (string, error) {
		err := timer.Sleep(task, time.Second)
		return "page of " + url, err
	}
	urls := []string{"/a", "/b", "/c", "/d", "/e"}
	err := sim.Run(1, func(task *edo.Task) error {
		start := timer.Now(task)
		pages := make([]string, len(urls))
		room := lock.NewSemaphore(2) // two at a time
		err := scope.Run(task, func(s *scope.Scope) error {
			for i, url := range urls {
				if err := room.Acquire(task, 1); err != nil {
					return err
				}
				edo.Go(s, func(task *edo.Task) (err error) {
					pages[i], err = fetch(task, url) // the first error ends all
					return err
				}, edo.OnEnd(func() { room.Release(1) }))
			}
			return nil
		})
		fmt.Println(pages, err, timer.Now(task).Sub(start))
		return nil
	})
	fmt.Println(err)
	// Output:
	// [page of /a page of /b page of /c page of /d page of /e] <nil> 3s
	// <nil>
}

func Example_resultsAsTheyCome() {
	err := sim.Run(1, func(task *edo.Task) error {
		set := joinset.New[string](0) // 0: no limit; 8: at most 8 run at a time
		defer set.Drop()              // aborts what is left
		for _, after := range []time.Duration{3, 1, 2} {
			set.Go(task, func(task *edo.Task) (string, error) {
				err := timer.Sleep(task, after*time.Second)
				return fmt.Sprint("the one of ", after*time.Second), err
			})
		}
		for {
			v, ok, err := set.Join(task)
			if !ok {
				return err // nil when the set is empty
			}
			fmt.Println(v, err)
		}
	})
	fmt.Println(err)
	// Output:
	// the one of 1s <nil>
	// the one of 2s <nil>
	// the one of 3s <nil>
	// <nil>
}

func Example_blockingLibrary() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "hello")
	}))
	defer server.Close()

	get := func(task *edo.Task, url string) (string, error) {
		return edo.Call(task, func(ctx context.Context) (string, error) {
			req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
			if err != nil {
				return "", err
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return "", err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			return string(body), err
		})
	}
	err := edo.Run(func(task *edo.Task) error {
		body, err := get(task, server.URL)
		fmt.Println(body, err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// hello <nil>
	// <nil>
}

func Example_poolOfWorkers() {
	var done lock.Semaphore
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpmc.New[int](64)
		for range 4 {
			rx := rx.Clone()
			edo.Go(task, func(task *edo.Task) error {
				for job, err := range stream.All(task, rx) {
					if err != nil {
						return err
					}
					done.Release(job) // the work
				}
				return task.Err()
			}, edo.Owns(rx))
		}
		rx.Drop() // the workers have theirs
		defer tx.Close()
		for job := range 100 {
			if err := tx.Send(task, job); err != nil {
				return err // no worker is left, or the task was cancelled
			}
		}
		return nil
	})
	fmt.Println(done.Available(), err)
	// Output:
	// 4950 <nil>
}

func Example_oneResultForMany() {
	var asked int
	load := func(task *edo.Task, key string) (string, error) {
		asked++
		err := timer.Sleep(task, time.Second)
		return "the value of " + key, err
	}
	err := sim.Run(1, func(task *edo.Task) error {
		loading := map[string]*edo.JoinHandle[string]{} // of one task; or guarded by a lock.Mutex
		get := func(task *edo.Task, key string) (string, error) {
			h := loading[key]
			if h == nil {
				h = edo.GoValue(task.Runtime(), func(task *edo.Task) (string, error) {
					return load(task, key)
				})
				loading[key] = h
			}
			return h.Await(task)
		}
		for range 3 {
			edo.Go(task, func(task *edo.Task) error {
				v, err := get(task, "k")
				fmt.Println(v, err)
				return nil
			})
		}
		return nil
	})
	fmt.Println(asked, err)
	// Output:
	// the value of k <nil>
	// the value of k <nil>
	// the value of k <nil>
	// 1 <nil>
}

func Example_oneFutureForMany() {
	err := sim.Run(1, func(task *edo.Task) error {
		ready := future.Share(timer.SleepFuture(time.Second)) // any future
		for i := range 3 {
			ready := ready.Clone()
			edo.Go(task, func(task *edo.Task) error {
				_, err := edo.Await(task, ready)
				fmt.Println("one of three goes on", i < 3, err)
				return nil
			}, edo.Owns(ready))
		}
		ready.Drop() // the three have theirs
		return nil
	})
	fmt.Println(err)
	// Output:
	// one of three goes on true <nil>
	// one of three goes on true <nil>
	// one of three goes on true <nil>
	// <nil>
}

func Example_madeOnce() {
	open := func(task *edo.Task) (string, error) {
		fmt.Println("opening")
		err := timer.Sleep(task, time.Second)
		return "a connection", err
	}
	err := sim.Run(1, func(task *edo.Task) error {
		var connection lock.Once[string] // most often a field
		for range 2 {
			edo.Go(task, func(task *edo.Task) error {
				c, err := connection.GetOrInit(task, open)
				fmt.Println(c, err)
				return nil
			})
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// opening
	// a connection <nil>
	// a connection <nil>
	// <nil>
}

func Example_errorOfATask() {
	errDisk := errors.New("disk full")
	save := func(*edo.Task) (int, error) { return 0, errDisk }
	err := edo.Run(func(task *edo.Task) error {
		h := edo.GoValue(task, save)
		if _, err := h.Await(task); errors.Is(err, errDisk) {
			fmt.Println("dealt with:", err) // so Run is not told
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// dealt with: disk full
	// <nil>
}
