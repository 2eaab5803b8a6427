package linear_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo/sim/linear"
)

type regs = linear.Operation[registerOp, int]

func read(call, ret int64, value int) regs {
	return regs{Input: registerOp{Kind: "read"}, Output: value, Call: call, Return: ret}
}

func write(call, ret int64, value int) regs {
	return regs{Input: registerOp{Kind: "write", New: value}, Call: call, Return: ret}
}

func lost(op regs) regs {
	op.Pending, op.Return, op.Output = true, -1, -1 // neither may be looked at
	return op
}

func TestCheckOfSmallHistories(t *testing.T) {
	for _, c := range []struct {
		what    string
		history []regs
		part    []int // nil: linearizable
	}{
		{"nothing", nil, nil},
		{"a write and then a read", []regs{write(1, 2, 7), read(3, 4, 7)}, nil},
		{"a read of the value before an overlapping write", []regs{write(1, 4, 7), read(2, 3, 0)}, nil},
		{"a read of the value of an overlapping write", []regs{write(1, 4, 7), read(2, 3, 7)}, nil},
		{"operations with equal times overlap", []regs{write(2, 3, 7), read(1, 2, 7)}, nil},
		{"an operation of no duration", []regs{write(2, 2, 7), read(3, 3, 7), write(1, 1, 4)}, nil},
		{"a pending write that has taken effect late", []regs{lost(write(1, 0, 7)), read(2, 3, 0), read(4, 5, 7)}, nil},
		{"a pending write that has not", []regs{lost(write(1, 0, 7)), read(2, 3, 0), read(4, 5, 0)}, nil},
		{"pending operations alone", []regs{lost(write(1, 0, 7)), lost(read(2, 0, 0))}, nil},

		{"a value that was never written", []regs{write(1, 2, 1), read(3, 4, 7)}, []int{1}},
		{"a read of an old value", []regs{write(1, 2, 1), write(3, 4, 2), read(5, 6, 1)}, []int{0, 1, 2}},
		{"a lost write", []regs{write(1, 2, 7), read(3, 4, 0)}, []int{0, 1}},
		{"two reads that see two writes in another order", []regs{
			write(1, 10, 1), write(1, 10, 2), read(11, 12, 1), read(13, 14, 2)}, []int{1, 2, 3}},
		{"a pending write that takes effect twice", []regs{
			lost(write(1, 0, 7)), read(2, 3, 7), write(4, 5, 1), read(6, 7, 7)}, []int{1, 2, 3}},
		{"a pending write before its call", []regs{read(1, 2, 7), lost(write(3, 0, 7))}, []int{0}},
		{"an operation that comes after the failure", []regs{write(1, 2, 7), read(3, 4, 0), write(5, 6, 0)}, []int{0, 1}},
	} {
		err := linear.Check(register, c.history)
		var v *linear.Violation
		switch {
		case c.part == nil && err != nil:
			t.Errorf("%s: %v", c.what, err)
		case c.part != nil && (!errors.As(err, &v) || !slices.Equal(v.Operations, c.part)):
			t.Errorf("%s: part %v, want %v", c.what, err, c.part)
		}
	}
}

func TestViolationNamesTheSmallestPartOfItsKey(t *testing.T) {
	op := func(client int, key, kind string, value int, call, ret int64) linear.Operation[kvOp, int] {
		o := linear.Operation[kvOp, int]{Client: client, Input: kvOp{key, registerOp{Kind: kind, New: value}}, Call: call, Return: ret}
		if kind == "read" {
			o.Input.New, o.Output = 0, value
		}
		return o
	}
	h := []linear.Operation[kvOp, int]{
		op(1, "a", "write", 1, 1, 2),
		op(2, "b", "write", 5, 1, 2),
		op(1, "b", "write", 6, 3, 4),
		op(2, "b", "read", 6, 5, 6),
		op(3, "b", "read", 5, 7, 8),
		op(3, "b", "read", 6, 9, 10),
		op(1, "a", "read", 1, 9, 10),
	}
	m := kv
	m.Describe = func(op linear.Operation[kvOp, int]) string {
		return fmt.Sprint(op.Input.registerOp, " → ", op.Output)
	}
	err := linear.Check(m, h)
	var v *linear.Violation
	if !errors.As(err, &v) || v.Key != "b" || !slices.Equal(v.Operations, []int{1, 3, 4}) {
		t.Fatal(err)
	}
	want := `linear: the history of key "b" is not linearizable: these 3 operations have no order, whatever the other 2 did (initial state 0):
  client 2, from 1 to 2: write(5) → 0
  client 2, from 5 to 6: read() → 6
  client 3, from 7 to 8: read() → 5`
	if err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

func TestCheckTakesHistoriesInAnyOrder(t *testing.T) {
	h := []regs{read(5, 6, 1), write(3, 4, 2), write(1, 2, 1)}
	var v *linear.Violation
	if err := linear.Check(register, h); !errors.As(err, &v) || !slices.Equal(v.Operations, []int{2, 1, 0}) {
		t.Fatal(err)
	}
	if err := linear.Check(register, []regs{read(5, 6, 2), write(3, 4, 2), write(1, 2, 1)}); err != nil {
		t.Fatal(err)
	}
}

func TestCheckGivesUpAtTheLimitOfTheModel(t *testing.T) {
	m := counter
	m.Limit = 1000
	var h []linear.Operation[int, int]
	for i := range 20 { // 2^20 sums, and the last is none of them
		h = append(h, linear.Operation[int, int]{Input: 1 << i, Output: -1, Call: 1, Pending: true})
	}
	h = append(h, linear.Operation[int, int]{Input: 0, Output: 1 << 30, Call: 2, Return: 3})
	if err := linear.Check(m, h); err != linear.ErrUndecided {
		t.Fatal(err)
	}
	m.Limit = 0
	h = append(h[:10], h[20])
	var v *linear.Violation
	if err := linear.Check(m, h); !errors.As(err, &v) || !slices.Equal(v.Operations, []int{10}) {
		t.Fatal(err)
	}
}

// A search that is given up says so, wherever it is: never that there is a violation.
func TestNoLimitMakesAViolation(t *testing.T) {
	m := register
	history := []regs{read(2, 3, 1), lost(write(1, 0, 1))}
	for range 10 {
		history = append([]regs{lost(read(1, 0, 0))}, history...) // they change nothing, and take steps
	}
	decided := false
	for limit := 1; limit < 100; limit++ {
		m.Limit = limit
		err := linear.Check(m, history)
		if err != nil && !errors.Is(err, linear.ErrUndecided) {
			t.Fatalf("with a limit of %d: %v", limit, err)
		}
		decided = decided || err == nil
	}
	if !decided {
		t.Error("a hundred steps do not decide it")
	}
}

func TestAnOperationThatReturnsBeforeItsCallIsAnError(t *testing.T) {
	err := linear.Check(register, []regs{read(1, 2, 0), read(5, 4, 0)})
	if v := (*linear.Violation)(nil); err == nil || errors.As(err, &v) || !strings.Contains(err.Error(), "operation 1") {
		t.Errorf("got %v", err)
	}
}

func TestHistoryKeepsWhatHasNotReturnedAsPending(t *testing.T) {
	var h linear.History[registerOp, int]
	a := h.Call(1, registerOp{Kind: "write", New: 7})
	b := h.Call(2, registerOp{Kind: "write", New: 8})
	c := h.Call(3, registerOp{Kind: "read"})
	h.Return(c, 7)
	h.Discard(b)
	want := []regs{
		{Client: 1, Input: registerOp{Kind: "write", New: 7}, Call: 1, Pending: true},
		{Client: 3, Input: registerOp{Kind: "read"}, Output: 7, Call: 3, Return: 4},
	}
	if got := h.Operations(); !slices.Equal(got, want) {
		t.Fatalf("%+v", got)
	}
	if err := linear.Check(register, h.Operations()); err != nil {
		t.Fatal(err)
	}
	h.Discard(a)
	err := linear.Check(register, h.Operations())
	if err == nil || !strings.Contains(err.Error(), "client 3, from 3 to 4: read() → 7") {
		t.Fatal(err)
	}
}

// A replica that is behind answers a read with a value that was overwritten before the read began.
func ExampleCheck() {
	model := linear.Sequential(0, func(state int, in registerOp) (next, output int) {
		if in.Kind == "write" {
			return in.New, 0
		}
		return state, state
	})
	var h linear.History[registerOp, int]
	for _, value := range []int{5, 6} {
		id := h.Call(1, registerOp{Kind: "write", New: value})
		h.Return(id, 0)
	}
	id := h.Call(2, registerOp{Kind: "read"})
	h.Return(id, 5)
	fmt.Println(linear.Check(model, h.Operations()))
	// Output:
	// linear: the history is not linearizable: these 3 operations have no order (initial state 0):
	//   client 1, from 1 to 2: write(5) → 0
	//   client 1, from 3 to 4: write(6) → 0
	//   client 2, from 5 to 6: read() → 5
}

// A state that grows with each operation, such as a text, costs a violation no memory without end: the
// search for its smallest part lets operations take effect several times, and not for ever.
func TestAViolationAmongAppendsIsExplainedInLittleMemory(t *testing.T) {
	type input struct{ text string } // none: a read
	m := linear.Sequential("", func(state string, in input) (string, string) {
		if in.text == "" {
			return state, state
		}
		return state + in.text, ""
	})
	var history []linear.Operation[input, string]
	state, now := "", int64(0)
	for i := range 30 {
		op := linear.Operation[input, string]{Client: i % 3, Call: now, Return: now + 3} // two overlap
		if i%2 == 0 {
			op.Input.text = fmt.Sprintf("%d ", i)
			state += op.Input.text
			if i == 20 {
				state += op.Input.text // it is applied twice
			}
		} else {
			op.Output = state
		}
		history = append(history, op)
		now += 2
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := linear.Check(m, history)
	runtime.ReadMemStats(&after)
	var v *linear.Violation
	if !errors.As(err, &v) || !slices.Contains(v.Operations, 21) && !slices.Contains(v.Operations, 23) {
		t.Errorf("got %v", err)
	}
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 500 {
		t.Errorf("it took %d MB", got)
	} else {
		t.Logf("%d MB", got)
	}
}
