package link

import (
	"errors"
	"fmt"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// NamePanic returns err, and a panic as one of the task with the name where it names a function of package cluster: one
// that begins with prefix, which is in direct style around the user's.
func NamePanic(err error, prefix, name string) error {
	if p, ok := err.(*edo.PanicError); ok && strings.HasPrefix(p.Task, prefix) {
		return &edo.PanicError{Value: p.Value, Stack: p.Stack, Task: name}
	}
	return err
}

// IsPanic reports whether there is a panic in err.
func IsPanic(err error) bool {
	_, ok := errors.AsType[*edo.PanicError](err)
	return ok
}

// TellOfPanic tells the runtime of cx of a panic in err, if there is one. It is for what a task outlives, and tells others
// of, which are elsewhere: OnPanic is told, as of each panic, and OnError, as it has happened here. what says what it is.
// The default of OnError notes that it has printed the stack: so the text of err is made before.
func TellOfPanic(cx *edo.Context, what string, err error) {
	rt := core.RuntimeOf((*sched.Context)(cx))
	if rt == nil || !IsPanic(err) {
		return
	}
	if rt.OnPanic != nil {
		rt.OnPanic(err)
	}
	rt.OnError(fmt.Errorf("cluster: %s: %w", what, err))
}
