//go:build !plain

package main

import (
	"fmt"

	"github.com/edo-go/edo"
	"proof.test/trace"
)

// parallel runs all programs at the same time, so often, each with a recorder of its own. A program
// with tasks is not cancelled: its tasks would go on beside it, with the same recorder.
func parallel(runs int) {
	for n := range runs {
		ts := make([]*trace.T, len(trace.Programs))
		err := edo.Run(func(task *edo.Task) error {
			var handles []*edo.JoinHandle[edo.Unit]
			for i, p := range trace.Programs {
				if p.Tasks && n%4 > 0 {
					continue
				}
				t := trace.New(n)
				ts[i] = t
				handles = append(handles, edo.Go(task, func(task *edo.Task) error { return start(task, p, t) }))
			}
			for _, h := range handles {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 4}))
		if err != nil {
			panic(err)
		}
		for i, p := range trace.Programs {
			if ts[i] != nil {
				fmt.Println(i, p.Name, n, ts[i].Sum(), "-")
			}
		}
	}
}
