#!/usr/bin/env bash
# One would expect that a region of runtime/trace that ends on another goroutine than it has begun on is refused, or drawn wrongly,
# and that the rest of the trace can be read: the documentation says that a region must end where it began, and neither the call nor
# the recorder objects.
# What happens: when the goroutine that ends it has no region open, the reader takes it, and says nothing. When that goroutine has a
# region of its own open, the reader stops there with an error: all that was recorded after this event is lost, of all goroutines.
# Why it matters: a program that hands a region over with its work, as a defer in a callback does, has traces that can be read
# for months, until the other side measures something too.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
go get golang.org/x/exp@v0.0.0-20251219203646-944ab1f22d93 >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/trace"

	read "golang.org/x/exp/trace"
)

// record makes a trace in which another goroutine ends a region, inside of one of its own or not, and then writes one message.
func record(hasOwn bool) []byte {
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		panic(err)
	}
	ctx := context.Background()
	region := trace.StartRegion(ctx, "handed over")
	done := make(chan struct{})
	go func() {
		defer close(done)
		if hasOwn {
			defer trace.StartRegion(ctx, "its own").End()
		}
		region.End()
	}()
	<-done
	trace.Log(ctx, "program", "goes on")
	trace.Stop()
	return out.Bytes()
}

// reads returns whether a reader of the trace comes to the message, and its error.
func reads(recorded []byte) (found bool, err error) {
	r, err := read.NewReader(bytes.NewReader(recorded))
	if err != nil {
		return false, err
	}
	for {
		e, err := r.ReadEvent()
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return found, err
		}
		found = found || e.Kind() == read.EventLog && e.Log().Message == "goes on"
	}
}

func main() {
	plain, plainErr := reads(record(false))
	fmt.Printf("the other goroutine has no region open: the message is read: %v, error: %v\n", plain, plainErr)
	inside, insideErr := reads(record(true))
	fmt.Printf("the other goroutine has one open:       the message is read: %v, error: %v\n", inside, insideErr)
	if !plain || plainErr != nil || inside || insideErr == nil {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go mod tidy >/dev/null 2>&1
go list -m golang.org/x/exp
go run .
