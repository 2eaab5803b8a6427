package rangeall

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

func sum(task *edo.Task, rows stream.Seq[int], rx *mpsc.Receiver[int]) error {
	n := 0
	for v := range stream.All(task, rows) { // want `the loop does not see the errors of the stream`
		n += v
	}
	for v, err := range stream.All(task, rows) {
		if err != nil {
			return err
		}
		n += v
	}
	for v := range stream.All(task, rx) {
		n += v
	}
	for range stream.All(task, rows) {
	}
	for v := range stream.All(task, stream.Values(1, 2)) {
		n += v
	}
	var err error
	for v := range stream.Each(task, rows, &err) {
		n += v
	}
	var v int
	for v = range stream.All(task, rows) { // want `the loop does not see`
		n += v
	}
	edo.Go(task, func(task *edo.Task) error {
		for v := range stream.All(task, rows) { // want `the loop does not see`
			n += v
		}
		return nil
	})
	return err
}

func count(task *edo.Task, rows stream.Seq[int]) (n int, err error) {
	for v := range stream.All(task, rows) { // want `the loop does not see`
		n += v
	}
	return n, nil
}
