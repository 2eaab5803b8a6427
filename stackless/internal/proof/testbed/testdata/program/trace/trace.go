// Package trace records what random programs do.
package trace

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/edo-go/edo"
)

// A Program is one of those that are linked in.
type Program struct {
	Name   string
	Cancel bool // it may be cancelled
	Start  func(s edo.Spawner, t *T) *edo.JoinHandle[edo.Unit]
}

// Programs are all of them.
var Programs []Program

// T records one run of a program.
type T struct {
	Abort   func() // cancels the task of the program
	abortAt int    // the report at which it is called; 0: none
	reports int
	fuel    int
	text    strings.Builder
}

// New returns a recorder of a run that is cancelled at one of its reports.
func New(abortAt int) *T { return &T{abortAt: abortAt, fuel: 100} }

// Text is what was recorded.
func (t *T) Text() string { return t.text.String() }

// Sum is a short form of it.
func (t *T) Sum() string {
	h := fnv.New64a()
	h.Write([]byte(t.text.String()))
	return fmt.Sprintf("%d-%x", t.reports, h.Sum64())
}

// At records values.
func (t *T) At(id int, values ...any) {
	t.reports++
	if t.fuel--; t.fuel < -300 && id > 0 {
		panic("out of fuel")
	}
	if t.text.Len() < 1<<16 {
		fmt.Fprintf(&t.text, "%d: %v\n", id, values)
	}
	if t.reports == t.abortAt && t.Abort != nil {
		t.Abort()
	}
}

// More reports whether the program is to go on.
func (t *T) More() bool { t.fuel--; return t.fuel > 0 }

// Turn is More, for a loop.
func (t *T) Turn() bool { t.fuel--; return t.fuel > -100 }

// Int records v and returns it.
func (t *T) Int(id, v int) int { t.At(id, v); return v }

// Str records s and returns it.
func (t *T) Str(id int, s string) string { t.At(id, s); return s }

// Any records v and returns it.
func (t *T) Any(id int, v any) any { t.At(id, v); return v }

// Err records an error, but for its text, in which the builds may differ.
func (t *T) Err(id int, err error) { t.At(id, err != nil) }

// Index records v and returns an index below n.
func (t *T) Index(id, n, v int) int { t.At(id, v); return int(uint(v) % uint(n)) }

// Element records v and returns an element of s, or v if there is none.
func (t *T) Element(id int, s []int, v int) int {
	t.At(id, s, v)
	if len(s) == 0 {
		return v
	}
	return s[uint(v)%uint(len(s))]
}

// Panic records a panic.
func (t *T) Panic(id int, r any) { t.At(id, "panic", fmt.Sprint(r)) }

// Recover is deferred: it recovers, and records.
func (t *T) Recover(id int) {
	if r := recover(); r != nil {
		t.Panic(id, r)
	}
}

// Cut returns the end of s.
func (t *T) Cut(s string) string { return s[max(0, len(s)-12):] }

// Few returns the beginning of s.
func (t *T) Few(s []int) []int { return s[:min(len(s), 3)] }

// Short returns the beginning of s.
func (t *T) Short(s string) string { return s[:min(len(s), 3)] }

// One returns a map of a single key that m has.
func (t *T) One(m map[string]int) map[string]int {
	least, found := "", false
	for k := range m {
		if !found || k < least {
			least, found = k, true
		}
	}
	if !found {
		return nil
	}
	return map[string]int{least: m[least]}
}

// Filled returns a closed channel that has values.
func (t *T) Filled(values ...int) <-chan int {
	c := make(chan int, len(values))
	for _, v := range values {
		c <- v
	}
	close(c)
	return c
}

// Full returns a channel that takes nothing.
func (t *T) Full() chan<- int { return nil }
