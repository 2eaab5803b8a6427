// Package runtimes lists the runtimes of the process that telemetry shows, and gives each a name: so a
// number and a line of a log that belong together have the same one.
package runtimes

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"unicode/utf8"
	"weak"

	"github.com/edo-go/edo/internal/core"
)

// names are those of the runtimes that were asked for. A runtime is held weakly, and its name is free
// when it has ended: so a program that makes one runtime after the other has few names.
var (
	mu sync.Mutex // guards the following; no code of the program runs with it
	of = map[weak.Pointer[core.Runtime]]string{}
)

// MaxName is how long a name may be, in bytes.
const MaxName = 64

// List returns the runtimes that have not ended, the oldest first, without simulations.
func List() []*core.Runtime {
	all := core.Runtimes.List()
	kept := all[:0]
	for _, rt := range all {
		if !rt.Driver.Seeded() {
			kept = append(kept, rt)
		}
	}
	return kept
}

// HasEnded reports whether rt has ended.
func HasEnded(rt *core.Runtime) bool {
	select {
	case <-rt.Gone:
		return true
	default:
		return false
	}
}

// Name returns the name of rt: that which it was given, or the smallest number that is free, from 1. A
// runtime that has ended has none, "".
func Name(rt *core.Runtime) string {
	mu.Lock()
	defer mu.Unlock()
	if HasEnded(rt) {
		return ""
	}
	key := weak.Make(rt)
	if name, ok := of[key]; ok {
		return name
	}
	forget()
	for n := 1; ; n++ {
		if name := strconv.Itoa(n); !isTaken(name) {
			of[key] = name
			return name
		}
	}
}

// SetName gives rt a name.
func SetName(rt *core.Runtime, name string) error {
	switch {
	case name == "":
		return errors.New("the name of a runtime is empty")
	case len(name) > MaxName:
		return fmt.Errorf("the name of a runtime has %d bytes: at most %d", len(name), MaxName)
	case !utf8.ValidString(name):
		return fmt.Errorf("the name %q of a runtime is not UTF-8", name)
	}
	mu.Lock()
	defer mu.Unlock()
	forget()
	key := weak.Make(rt)
	if of[key] == name {
		return nil
	}
	if isTaken(name) {
		return fmt.Errorf("another runtime has the name %q", name)
	}
	of[key] = name
	return nil
}

// isTaken reports whether a runtime has the name. Locked.
func isTaken(name string) bool {
	for _, other := range of {
		if other == name {
			return true
		}
	}
	return false
}

// forget frees the names of runtimes that have ended. Locked.
func forget() {
	for key := range of {
		if rt := key.Value(); rt == nil || HasEnded(rt) {
			delete(of, key)
		}
	}
}
