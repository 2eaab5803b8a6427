package chaos

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Ledger keeps every value that was created, and its fate. Any goroutine may use it.
type Ledger struct {
	mu     sync.Mutex // guards the following
	values []*Value
	made   map[string]int // how many values, by owner
}

// Value is a thing that is sent, and has one fate: it is received, or stays
// with its sender, or is dropped. It is an [edo.Dropper].
type Value struct {
	owner string
	n     int
	fates [3]atomic.Int32
}

type fate int

const (
	received fate = iota
	kept
	dropped
)

var fateNames = [...]string{"received", "kept", "dropped"}

// New creates a value of owner, the task that is to send it.
func (l *Ledger) New(owner string) *Value {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made == nil {
		l.made = map[string]int{}
	}
	v := &Value{owner: owner, n: l.made[owner]}
	l.made[owner]++
	l.values = append(l.values, v)
	return v
}

// Owner is the task that created the value.
func (v *Value) Owner() string { return v.owner }

// N is how many values its owner had created before: values that arrive in order have
// growing numbers.
func (v *Value) N() int { return v.n }

// Received says that its receiver has got the value.
func (v *Value) Received() { v.fates[received].Add(1) }

// Kept says that the value was not accepted: its sender still has it.
func (v *Value) Kept() { v.fates[kept].Add(1) }

// Drop says that the owner of the value has dropped it.
func (v *Value) Drop() { v.fates[dropped].Add(1) }

// String names the value.
func (v *Value) String() string { return fmt.Sprintf("%s's value %d", v.owner, v.n) }

// fate returns the fates of the value as text, and how many they are.
func (v *Value) fate() (text string, times int) {
	var all []string
	for f := range v.fates {
		for range v.fates[f].Load() {
			all = append(all, fateNames[f])
		}
	}
	return strings.Join(all, " and "), len(all)
}

// Totals counts the fates of all values.
type Totals struct{ Created, Received, Kept, Dropped int }

// Totals counts the fates of the values created so far.
func (l *Ledger) Totals() Totals {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := Totals{Created: len(l.values)}
	for _, v := range l.values {
		t.Received += int(v.fates[received].Load())
		t.Kept += int(v.fates[kept].Load())
		t.Dropped += int(v.fates[dropped].Load())
	}
	return t
}

// Check returns an error for each value that was lost, or has more than one fate.
func (l *Ledger) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, v := range l.values {
		switch text, times := v.fate(); times {
		case 0:
			errs = append(errs, fmt.Errorf("chaos: %s is lost", v))
		case 1:
		default:
			errs = append(errs, fmt.Errorf("chaos: %s was %s", v, text))
		}
	}
	return errors.Join(errs...)
}
