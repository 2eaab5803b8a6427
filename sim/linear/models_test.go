package linear_test

import (
	"fmt"

	"github.com/edo-go/edo/sim/linear"
)

// The objects of the tests.

// A registerOp writes a value to a register, or reads it, or replaces one value by another.
type registerOp struct {
	Kind     string // read, write or replace
	Old, New int
}

func (o registerOp) String() string {
	switch o.Kind {
	case "write":
		return fmt.Sprintf("write(%d)", o.New)
	case "replace":
		return fmt.Sprintf("replace(%d, %d)", o.Old, o.New)
	}
	return "read()"
}

// register answers a read with the value, a write with 0, and a replacement with 1 if it took place.
var register = linear.Sequential(0, func(state int, in registerOp) (int, int) {
	switch {
	case in.Kind == "write":
		return in.New, 0
	case in.Kind == "read":
		return state, state
	case state == in.Old:
		return in.New, 1
	}
	return state, 0
})

// queue is a queue of digits: an input above 0 is put at its end, 0 takes one from its head; the
// output is what was taken, 0 from an empty queue.
var queue = linear.Sequential("", func(state string, in int) (string, int) {
	if in > 0 {
		return state + string(rune('0'+in)), 0
	}
	if state == "" {
		return "", 0
	}
	return state[1:], int(state[0] - '0')
})

// counter counts up by its input, and returns the sum.
var counter = linear.Sequential(0, func(state, in int) (int, int) { return state + in, state + in })

// A kvOp is a registerOp of a key.
type kvOp struct {
	Key string
	registerOp
}

var kv = linear.Model[int, kvOp, int]{
	Step: func(state int, op linear.Operation[kvOp, int]) (int, bool) {
		return register.Step(state, linear.Operation[registerOp, int]{Input: op.Input.registerOp, Output: op.Output, Pending: op.Pending})
	},
	Key: func(in kvOp) string { return in.Key },
}
