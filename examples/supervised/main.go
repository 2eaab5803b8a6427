package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

func main() {
	stuck := flag.Bool("stuck", false, "the database takes longer to close than it may")
	flag.Parse()
	err := edo.Run(func(task *edo.Task) error { return run(task, os.Stdout, *stuck) }, edo.WithSignals(),
		edo.WithConfig(edo.Config{OnError: func(error) {}})) // the events tell of failures
	if err != nil {
		fmt.Println(err)
	}
}

// run runs the parts until the task is cancelled, and prints what happens.
func run(task *edo.Task, out io.Writer, stuck bool) error {
	sup, err := supervise.New(supervise.Config{
		Name:      "shop",
		Strategy:  supervise.RestForOne, // the worker needs the database
		Intensity: 10,
		Period:    time.Minute,
		Backoff:   supervise.Backoff{Initial: 200 * time.Millisecond, Max: 2 * time.Second},
		Children: []supervise.Spec{
			{Name: "database", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
				return database(task, ready, stuck)
			}), Shutdown: time.Second},
			{Name: "worker", Start: supervise.Func(worker)},
			{Name: "report", Start: supervise.Func(report), Restart: supervise.Transient},
		},
	})
	if err != nil {
		return err
	}
	events := sup.Events()
	edo.Go(task, func(task *edo.Task) error {
		for e, err := range stream.All(task, events) {
			if err != nil {
				return err
			}
			fmt.Fprintln(out, e)
		}
		return nil
	}, edo.Owns(events))
	return sup.Run(task)
}

// database takes a while to connect, and to close.
func database(task *edo.Task, ready func(), stuck bool) error {
	if err := timer.Sleep(task, 100*time.Millisecond); err != nil {
		return err
	}
	ready()
	task.Cancelled()
	return edo.Shielded(task, func(task *edo.Task) error {
		if stuck {
			return timer.Sleep(task, 3*time.Second)
		}
		return timer.Sleep(task, 100*time.Millisecond)
	})
}

// worker works for a second, and then something goes wrong.
func worker(task *edo.Task) error {
	if err := timer.Sleep(task, time.Second); err != nil {
		return err
	}
	return errors.New("lost the connection")
}

// report is done after a while.
func report(task *edo.Task) error { return timer.Sleep(task, 500*time.Millisecond) }
