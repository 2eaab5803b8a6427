package chaos

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Ledger knows every value that was created, and what became of it. It may be used
// from any goroutine.
type Ledger struct {
	mu     sync.Mutex // guards the following
	values []*Value
	made   map[string]int // per owner
}

// Value is a thing that is passed on, and has one fate: it is received, or stays
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

// New creates a value of owner, who is to send it.
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

// Owner is who created the value.
func (v *Value) Owner() string { return v.owner }

// N is how many values its owner had created before: what arrives in order has
// growing numbers.
func (v *Value) N() int { return v.n }

// Received says that the value has come to its receiver.
func (v *Value) Received() { v.fates[received].Add(1) }

// Kept says that the value was not accepted, and is its sender's still.
func (v *Value) Kept() { v.fates[kept].Add(1) }

// Drop says that the owner of the value has dropped it.
func (v *Value) Drop() { v.fates[dropped].Add(1) }

// String names the value.
func (v *Value) String() string { return fmt.Sprintf("%s's value %d", v.owner, v.n) }

// fate says what became of the value, and how often.
func (v *Value) fate() (text string, times int) {
	var all []string
	for f := range v.fates {
		for range v.fates[f].Load() {
			all = append(all, fateNames[f])
		}
	}
	return strings.Join(all, " and "), len(all)
}

// Totals says what became of all values, each as often as it happened.
type Totals struct{ Created, Received, Kept, Dropped int }

// Totals counts.
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

// Check says which values were lost, and which have more than one fate.
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
