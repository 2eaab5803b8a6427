package mpsc

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/edo-go/edo/internal/lost"
)

// origins are the places where the handles that are open were made, each with how many
// there are: so a report can say who may still send. They do not refer to the handles:
// the collector must find those that nobody has any more. A program makes its handles
// at a few places; the list is as long as these are many, not the handles.
type origins []origin

// origin is a place in the program.
type origin struct {
	pc uintptr
	n  int
}

// add counts one more that was made at pc.
func (o *origins) add(pc uintptr) {
	for i := range *o {
		if (*o)[i].pc == pc {
			(*o)[i].n++
			return
		}
	}
	*o = append(*o, origin{pc, 1})
}

// remove counts one less.
func (o *origins) remove(pc uintptr) {
	for i := range *o {
		if (*o)[i].pc != pc {
			continue
		}
		if (*o)[i].n--; (*o)[i].n == 0 {
			last := len(*o) - 1
			(*o)[i] = (*o)[last]
			*o = (*o)[:last]
		}
		return
	}
}

// describe says it in words, the most first. A place that was inlined is several in the
// program, and one in its text.
func (o origins) describe() (lines []string) {
	at := map[string]int{}
	for _, place := range o {
		f := frameOf(place.pc)
		at[fmt.Sprintf("%s:%d (func %s)", filepath.Base(f.File), f.Line, filepath.Base(f.Function))] += place.n
	}
	for _, place := range slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		return cmp.Or(cmp.Compare(at[b], at[a]), cmp.Compare(a, b))
	}) {
		lines = append(lines, count(at[place], "sender")+" made at "+place)
	}
	return lines
}

// count says how many of what there are.
func count(n int, what string) string {
	if n == 1 {
		return "a " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func frameOf(pc uintptr) runtime.Frame {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return f
}

// caller returns where the caller of its caller is: a place where a handle is made. It
// takes some 300 ns.
func caller() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0]
}

// newSender returns a handle that was made at pc and counts among the senders of c
// already. Another 300 ns are for having the collector tell of it.
func newSender[T any](c *channel[T], pc uintptr) *Sender[T] {
	tx := &Sender[T]{ch: c, pc: pc}
	tx.cleanup = runtime.AddCleanup(tx, forgotten[T].found, forgotten[T]{c, pc, lost.Number()})
	return tx
}

// forgotten is what is known of a handle that the collector has found: it must not
// refer to the handle. The channel does not refer to its handles either, except to
// those by which somebody waits in line.
type forgotten[T any] struct {
	ch     *channel[T]
	pc     uintptr
	number uint64
}

func (o forgotten[T]) found() { lost.Found(o.number, o.lost) }

// lost closes the channel's end for a handle that nobody has closed, and reports it
// if a receiver waited for that.
func (o forgotten[T]) lost() {
	c := o.ch
	c.mu.Lock()
	rx := c.dropSender(o.pc)
	c.mu.Unlock()
	rx.Wake()
	if c.closed.Load() {
		return
	}
	f := frameOf(o.pc)
	slog.Warn("mpsc: a Sender was never closed; it was garbage, and has been closed",
		"func", f.Function, "file", f.File, "line", f.Line)
}
