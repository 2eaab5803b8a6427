#!/usr/bin/env bash
# One would expect that a function given to context.AfterFunc runs when the context has been cancelled, so that
# all contexts derived from it are cancelled too, with its cause.
# What happens: cancelling walks over the children in the order of a map, and AfterFunc is one of them. Its function may
# run while siblings are not cancelled yet, and can give them another cause than their parent's. With more siblings it happens
# more often.
# context.Cause(parent), called first in the function, waits for the end of the walk (parent.Err() does not).
# Why it matters: hooks that stop a whole program then report "stopped" although the cause was a timeout or a signal, once
# in some hundred runs.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

var (
	errParent = errors.New("the parent's cause")
	errHook   = errors.New("the hook's cause")
)

// overtaken reports whether a hook of a parent with 1000 other children gives one of them its own cause.
func overtaken(first func(parent context.Context)) bool {
	parent, cancel := context.WithCancelCause(context.Background())
	contexts := make([]context.Context, 1000)
	cancels := make([]context.CancelCauseFunc, len(contexts))
	for i := range contexts {
		contexts[i], cancels[i] = context.WithCancelCause(parent)
	}
	done := make(chan struct{})
	context.AfterFunc(parent, func() {
		defer close(done)
		first(parent)
		for _, cancel := range cancels {
			cancel(errHook)
		}
	})
	cancel(errParent)
	<-done
	for _, ctx := range contexts {
		if context.Cause(ctx) == errHook {
			return true
		}
	}
	return false
}

func count(name string, first func(context.Context)) (times int) {
	for range 3000 {
		if overtaken(first) {
			times++
		}
	}
	fmt.Printf("hook begins with %-22s a sibling overtaken in %d of 3000\n", name+":", times)
	return times
}

func main() {
	nothing := count("nothing", func(context.Context) {})
	count("parent.Err()", func(parent context.Context) { _ = parent.Err() })
	cause := count("context.Cause(parent)", func(parent context.Context) { context.Cause(parent) })
	if nothing == 0 || cause != 0 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
