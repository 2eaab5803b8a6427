package main

import "github.com/edo-go/edo"

// discard is a writer that accepts everything and keeps nothing: so the bytes of a
// connection are counted without having them all in memory.
type discard struct{}

func (discard) PollWrite(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	return len(p), edo.Ready, nil
}

func (discard) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (discard) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
