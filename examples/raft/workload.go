package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim/linear"
	"github.com/edo-go/edo/timer"
)

// What clients do, and whether it was right. A history is linearizable if each operation can be given
// an instant between its call and its return, such that the answers are those of a single map, asked in
// that order. An operation that has not returned took place at some instant, or not at all.

// op is what a client has called.
type op struct {
	name       string // get, put, append or replace
	key        string
	value, old string
}

// outcome is what it has returned.
type outcome struct {
	value  string // of get
	isDone bool   // of replace
}

type history = linear.History[op, outcome]

// check returns what is wrong with a history.
func check(h *history) error {
	m := linear.Sequential("", apply)
	m.Key = func(o op) string { return o.key }
	return linear.Check(m, h.Operations())
}

// apply is the model: a single value.
func apply(value string, o op) (string, outcome) {
	switch o.name {
	case "get":
		return value, outcome{value: value}
	case "put":
		return o.value, outcome{}
	case "append":
		return value + o.value, outcome{}
	}
	if value != o.old {
		return value, outcome{}
	}
	return o.value, outcome{isDone: true}
}

// work is a client that writes and reads, until its task is cancelled or it has done so many operations.
// Before each of them it waits, up to pause. Each value is written once, so that an answer says where it is
// from.
func work(task *edo.Task, c *client, number, operations int, pause time.Duration, h *history) error {
	rand := edo.Rand(task)
	seen := map[string]string{}
	for i := range operations {
		if pause > 0 {
			if err := timer.Sleep(task, time.Duration(rand.Int64N(int64(pause)))); err != nil {
				return err
			}
		}
		o := draw(rand, fmt.Sprintf("%d.%d ", number, i), seen)
		id := h.Call(number, o)
		result, err := do(task, c, o)
		if err == errExpired {
			continue // it was applied, or was not: it has not returned
		}
		if err != nil {
			return err
		}
		h.Return(id, result)
		if o.name == "get" {
			seen[o.key] = result.value
		}
	}
	return nil
}

// draw draws an operation. A replace is likely to find the value that was seen last.
func draw(rand *rand.Rand, value string, seen map[string]string) op {
	key := []string{"a", "b", "c"}[rand.IntN(3)]
	switch rand.IntN(10) {
	case 0, 1, 2, 3:
		return op{name: "get", key: key}
	case 4, 5:
		return op{name: "put", key: key, value: value}
	case 6, 7:
		return op{name: "append", key: key, value: value}
	}
	return op{name: "replace", key: key, value: value, old: seen[key]}
}

// do carries out an operation.
func do(task *edo.Task, c *client, o op) (result outcome, err error) {
	switch o.name {
	case "get":
		result.value, err = c.get(task, o.key)
	case "put":
		err = c.put(task, o.key, o.value)
	case "append":
		err = c.append(task, o.key, o.value)
	case "replace":
		result.isDone, err = c.replace(task, o.key, o.old, o.value)
	}
	return result, err
}
