// Package trace records what random programs do.
package trace

import (
	"fmt"
	"hash/fnv"
	"iter"
	"strconv"
	"strings"

	"github.com/edo-go/edo"
)

// A Program is one of those that are linked in.
type Program struct {
	Name  string
	Tasks bool // it spawns some
	Run   func(task *edo.Task, t *T) error
}

// Programs are all of them.
var Programs []Program

// Add puts a program into the list.
func Add(name string, tasks bool, run func(task *edo.Task, t *T) error) {
	Programs = append(Programs, Program{name, tasks, run})
}

// T records one run of a program.
type T struct {
	Abort   func() // cancels the task of the program
	abortAt int    // the report at which it is called; 0: none
	salt    uint64 // 0: values are as the program has them
	reports int
	fuel    int
	turns   int
	text    []byte
}

// New returns a recorder of the n-th run of a program. Of four runs one goes to its end, and three are
// cancelled at some report. Values that pass through the recorder are changed, but for the first
// four runs: so a program takes other branches in others.
func New(n int) *T {
	t := &T{salt: uint64(n / 4), fuel: 100}
	switch aborts := [...]int{0, 1, 4, 15}; {
	case t.salt == 0:
		t.abortAt = aborts[n]
	case n%4 > 0:
		t.abortAt = 1 + int(mixed(uint64(n), 0)%[...]uint64{0, 5, 12, 40}[n%4])
	}
	return t
}

// mixed is a number that depends on both, and looks like chance.
func mixed(x, y uint64) uint64 {
	x = (x+1)*0x9e3779b97f4a7c15 ^ (y+1)*0xc2b2ae3d27d4eb4f
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>32
}

// chance is a number below n for the report at hand; 0 in runs that change nothing.
func (t *T) chance(n int) int {
	if t.salt == 0 {
		return 0
	}
	return int(mixed(t.salt, uint64(t.reports)) % uint64(n))
}

// Text is what was recorded.
func (t *T) Text() string { return string(t.text) }

// Sum is a short form of it.
func (t *T) Sum() string {
	h := fnv.New64a()
	h.Write(t.text)
	return fmt.Sprintf("%d-%x", t.reports, h.Sum64())
}

// At records values.
func (t *T) At(id int, values ...any) {
	t.reports++
	if t.fuel--; t.fuel < -300 && id > 0 {
		panic("out of fuel")
	}
	if len(t.text) < 1<<16 {
		t.text = append(strconv.AppendInt(t.text, int64(id), 10), ": ["...)
		for i, v := range values {
			if i > 0 {
				t.text = append(t.text, ' ')
			}
			t.text = appendValue(t.text, v)
		}
		t.text = append(t.text, "]\n"...)
	}
	if t.reports == t.abortAt && t.Abort != nil {
		t.Abort()
	}
}

// appendValue appends a value as fmt prints it, which takes longer than all else that a run does.
func appendValue(text []byte, v any) []byte {
	switch v := v.(type) {
	case int:
		return strconv.AppendInt(text, int64(v), 10)
	case string:
		return append(text, v...)
	case bool:
		return strconv.AppendBool(text, v)
	}
	return fmt.Append(text, v)
}

// Lost records the first line of an error that no task awaits: the others are a stack. What the
// collector finds depends on when it runs.
func (t *T) Lost(err error) {
	text, _, _ := strings.Cut(err.Error(), "\n")
	if strings.Contains(text, "it was garbage") {
		return
	}
	t.text = fmt.Appendf(t.text, "lost: %s\n", text)
}

// More reports whether the program is to go on.
func (t *T) More() bool { t.fuel--; return t.fuel > 0 }

// Turn is More, for a loop.
func (t *T) Turn() bool { t.fuel--; return t.fuel > -100 }

// Int records v and returns it, or a number near to it.
func (t *T) Int(id, v int) int {
	t.At(id, v)
	if c := t.chance(8); c > 3 {
		v += c - 6
	}
	return v
}

// Str records s and returns it, or another.
func (t *T) Str(id int, s string) string {
	t.At(id, s)
	switch t.chance(8) {
	case 6:
		return s + "x"
	case 7:
		return ""
	}
	return s
}

// Bool records b and returns it, or the contrary.
func (t *T) Bool(id int, b bool) bool {
	t.At(id, b)
	return b != (t.chance(2) == 1)
}

// Any records v and returns it, or another value.
func (t *T) Any(id int, v any) any {
	t.At(id, v)
	switch t.chance(10) {
	case 6:
		return t.reports
	case 7:
		return "x"
	case 8:
		return t.reports%2 == 0
	case 9:
		return nil
	}
	return v
}

// Err records an error, but for its text, in which the builds may differ.
func (t *T) Err(id int, err error) { t.At(id, err != nil) }

// Index records v and returns an index below n.
func (t *T) Index(id, n, v int) int {
	t.At(id, v)
	return int(uint(v+t.chance(n)) % uint(n))
}

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

// Two records two values.
func (t *T) Two(a int, b string) { t.At(1, a, b) }

// Seq returns an iterator over a few numbers.
func (t *T) Seq(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range uint(n) % 4 {
			if !yield(int(i)) {
				return
			}
		}
	}
}

// Calm is Turn, at a fortieth of its cost.
func (t *T) Calm() bool {
	if t.turns++; t.turns%40 > 0 {
		return true
	}
	return t.Turn()
}

// Full returns a channel that takes nothing.
func (t *T) Full() chan<- int { return nil }
